// Choices while somebody types an option. Discord drops them after 3 s and nothing of it can be told later, so what is late
// or fails is an empty list.
import type { AutocompleteInteraction } from 'discord.js';
import type { Completer } from '../../commands/index.ts';
import { commandNameOf } from './slash.ts';
import { cutText } from './text.ts';

/** Discord's own limits: so many choices, of so many characters. */
const mostChoices = 25;
const mostCharacters = 100;
/** The way back takes a while, too. */
const patienceMs = 2_000;

/** Answers with what could stand there. Rejects only when Discord does not take the answer. */
export async function complete(
  interaction: AutocompleteInteraction,
  completer: Completer,
  sleep: (ms: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const { options, user, channelId, guildId } = interaction;
  const { name: argument, value: typed } = options.getFocused(true);
  const given = options.data.flatMap((option) => option.options ?? [option]);
  const over = new AbortController();
  const late = sleep(patienceMs, over.signal).then((): readonly string[] => []);
  const found = completer.argument({
    command: commandNameOf(interaction.commandName, options.getSubcommand(false)),
    argument,
    args: Object.fromEntries(
      given.flatMap(({ name, value }) =>
        name !== argument && typeof value === 'string' ? [[name, value] as const] : [],
      ),
    ),
    typed,
    identity: { surface: 'discord', id: user.id, name: user.globalName ?? user.username },
    place: { surface: 'discord', id: channelId, ...(guildId !== null && { server: guildId }) },
  });
  const candidates = await Promise.race([found, late]).finally(() => over.abort());
  // What is longer could be shown and not chosen.
  const whole = candidates.filter((candidate) => candidate.length <= mostCharacters);
  await interaction.respond(
    whole.slice(0, mostChoices).map((value) => ({ name: cutText(value, mostCharacters), value })),
  );
}
