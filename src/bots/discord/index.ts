// Discord: slash commands, buttons and live reports. Knows the command intake; knows nothing of queues or services.
import { DiscordBot, type DiscordBotDeps, type DiscordTuning } from './bot.ts';
import type { DiscordConfig } from './config.ts';

export { inspectDiscord } from './check.ts';
export type { DiscordBot, DiscordBotDeps, DiscordTuning } from './bot.ts';
export { type DiscordConfig, discordConfigSchema } from './config.ts';

/** Creates the bot; nothing happens before `start()`. `start()` resolves before Discord is connected: see the link. */
export function createDiscordBot(
  deps: DiscordBotDeps,
  options: { readonly settings: () => DiscordConfig; readonly tuning?: DiscordTuning },
): DiscordBot {
  return new DiscordBot(deps, options.settings, options.tuning ?? {});
}

/** Loads discord.js, which its start would do otherwise: half a second in which the process does nothing else. */
export async function loadDiscord(): Promise<void> {
  await import('./library.ts');
}
