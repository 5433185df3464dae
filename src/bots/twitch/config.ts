// The Twitch section of the configuration, and how its URL becomes what tmi.js understands. Connects to nothing.
import { z } from 'zod';
import { secretSchema } from '../../core/config/secret-schema.ts';

const channelSchema = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^#?[a-z0-9_]{1,25}$/, 'a login name: letters, digits and _')
  .transform((name) => name.replace('#', ''));

/**
 * `token` is the OAuth token of `username` with `chat:read chat:edit`, with or without `oauth:`.
 * `channels` is a list, or one string with commas. `ircUrl` is the real Twitch by default; a stand-in is `ws://host:port`.
 */
export const twitchConfigSchema = z.strictObject({
  username: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[a-z0-9_]{1,25}$/, "the bot's login name: letters, digits and _"),
  token: secretSchema,
  channels: z.preprocess(toList, z.array(channelSchema).min(1)),
  ircUrl: z
    .string()
    .refine(isReachable, {
      message:
        'wss://HOST or ws://HOST:PORT; tmi.js speaks TLS on port 443 and nowhere else, and knows no path',
    })
    .default('wss://irc-ws.chat.twitch.tv:443'),
});
export type TwitchConfig = z.infer<typeof twitchConfigSchema>;

/** What tmi.js calls its connection: `secure: true` makes it ignore the port and take 443. */
export interface Endpoint {
  readonly server: string;
  readonly port: number;
  readonly secure: boolean;
}

/** Takes an `ircUrl` that the schema let pass. */
export function endpointOf(ircUrl: string): Endpoint {
  const url = new URL(ircUrl);
  const secure = url.protocol === 'wss:';
  return { server: url.hostname, port: url.port === '' ? (secure ? 443 : 80) : Number(url.port), secure };
}

function toList(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value.split(',').filter((part) => part.trim() !== '');
}

function isReachable(ircUrl: string): boolean {
  if (!URL.canParse(ircUrl)) return false;
  const { protocol, pathname } = new URL(ircUrl);
  const { port, secure } = endpointOf(ircUrl);
  return (protocol === 'ws:' || protocol === 'wss:') && pathname === '/' && secure === (port === 443);
}
