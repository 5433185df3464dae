// The Twitch surface: commands from chat, answers and reports into it. Nothing here reaches the queue or the bridge.
export { createTwitchBot, type TwitchTuning } from './bot.ts';
export { twitchConfigSchema } from './config.ts';
