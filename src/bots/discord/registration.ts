// Slash commands, registered by difference: what Discord has is compared with what we offer, and written only
// when they differ. Discord counts 200 new commands a day, and a global write takes a while to show.
import { z } from 'zod';
import type { CommandSpec } from '../../commands/index.ts';
import type { DiscordApi, Route } from './api.ts';
import { type SlashCommand, slashCommandSchema, toSlashCommands } from './slash.ts';

/** Makes Discord's commands equal to `specs`. Resolves to whether anything was written. @throws SwarmError CHAT_* */
export async function registerCommands(
  api: DiscordApi,
  specs: readonly CommandSpec[],
  scope: { readonly applicationId: string; readonly guildId: string | undefined },
): Promise<boolean> {
  const application: Route = `/applications/${scope.applicationId}`;
  const route: Route =
    scope.guildId === undefined
      ? `${application}/commands`
      : `${application}/guilds/${scope.guildId}/commands`;
  const wanted = toSlashCommands(specs);
  if (sameCommands(await api.get(route), wanted)) return false;
  await api.put(route, wanted);
  return true;
}

/** Whether Discord's list says the same as ours; the order of commands means nothing, that of options does. */
export function sameCommands(remote: unknown, wanted: readonly SlashCommand[]): boolean {
  const parsed = z.array(slashCommandSchema).safeParse(remote);
  return parsed.success && canonical(parsed.data) === canonical(wanted);
}

function canonical(commands: readonly SlashCommand[]): string {
  return JSON.stringify(commands.map((command) => slashCommandSchema.parse(command)).toSorted(byName));
}

function byName(a: SlashCommand, b: SlashCommand): number {
  return a.name < b.name ? -1 : 1;
}
