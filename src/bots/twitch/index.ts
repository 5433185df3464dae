// The Twitch surface: commands from chat, answers and reports into it. Nothing here reaches the queue or the bridge.
export { inspectTwitch } from './check.ts';
export { createTwitchBot, type TwitchTuning } from './bot.ts';

/** Loads tmi.js, which its start would do otherwise. */
export async function loadTwitch(): Promise<void> {
  await import('./library.ts');
}
