// The bot's section of the configuration.
import { z } from 'zod';
import { secretSchema } from '../../core/config/secret-schema.ts';

const snowflakeSchema = z.string().regex(/^\d{1,20}$/, 'a Discord id: digits only');

/** An empty string means unset. */
function unlessEmpty<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === '' ? undefined : value), schema.optional());
}

export const discordConfigSchema = z.strictObject({
  /** The bot token; without it the bot stays off. */
  token: unlessEmpty(secretSchema),
  /** Where slash commands are registered and show at once; without it they are global and take a while. */
  guildId: unlessEmpty(snowflakeSchema),
  /** Where reports go that nobody asked for; the bot itself answers wherever it is asked. */
  channelId: unlessEmpty(snowflakeSchema),
  /** Base of the REST API without its version; a stand-in in tests. */
  apiUrl: z
    .url({ protocol: /^https?$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .default('https://discord.com/api'),
});
export type DiscordConfig = z.infer<typeof discordConfigSchema>;
