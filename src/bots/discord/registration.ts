// Slash commands, registered by difference: what Discord has is compared with what we offer, and written only
// when they differ. Discord counts 200 new commands a day, and a global write takes a while to show.
import { z } from 'zod';
import type { CommandSpec } from '../../commands/index.ts';
import type { DiscordApi, Route } from './api.ts';
import { cutText } from './text.ts';

const chatInput = 1;
const stringOption = 3;

const optionSchema = z.object({
  type: z.number(),
  name: z.string(),
  description: z.string(),
  required: z.boolean().default(false),
});
const commandSchema = z.object({
  type: z.number().default(chatInput),
  name: z.string(),
  description: z.string(),
  options: z.array(optionSchema).default([]),
});

/** One slash command, reduced to what we decide about it. */
export type SlashCommand = z.infer<typeof commandSchema>;

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
  const wanted = specs.map(toSlashCommand);
  if (sameCommands(await api.get(route), wanted)) return false;
  await api.put(route, wanted);
  return true;
}

/** Every argument is a string option; Discord wants the required ones first. */
export function toSlashCommand(spec: CommandSpec): SlashCommand {
  const options = spec.args.map((arg) => ({
    type: stringOption,
    name: arg.name,
    description: cutText(arg.description, 100),
    required: arg.required,
  }));
  return {
    type: chatInput,
    name: spec.name,
    description: cutText(spec.description, 100),
    options: options.toSorted((a, b) => Number(b.required) - Number(a.required)),
  };
}

/** Whether Discord's list says the same as ours; the order of commands means nothing, that of options does. */
export function sameCommands(remote: unknown, wanted: readonly SlashCommand[]): boolean {
  const parsed = z.array(commandSchema).safeParse(remote);
  return parsed.success && canonical(parsed.data) === canonical(wanted);
}

function canonical(commands: readonly SlashCommand[]): string {
  return JSON.stringify(commands.map((command) => commandSchema.parse(command)).toSorted(byName));
}

function byName(a: SlashCommand, b: SlashCommand): number {
  return a.name < b.name ? -1 : 1;
}
