// Twitch's lines as tmi.js parses them, turned into the few events the bot knows. Foreign shapes end here.
import { z } from 'zod';

/** What Twitch said, as far as it concerns the bot; everything else is `other` and still proves life. */
export type WireEvent =
  | { readonly kind: 'welcome' }
  | { readonly kind: 'joined'; readonly channel: string }
  | ChatMessage
  | UserState
  | Notice
  | { readonly kind: 'reconnect' }
  /** The answer to our PING. */
  | { readonly kind: 'pong' }
  | { readonly kind: 'other' };

export interface ChatMessage {
  readonly kind: 'message';
  /** Twitch's id of the message. */
  readonly id: string;
  readonly channel: string;
  readonly text: string;
  /** The stable id; logins and display names can change. */
  readonly userId: string;
  readonly login: string;
  readonly name: string;
  /** Those they wear in this channel, such as `moderator`. */
  readonly badges: readonly string[];
}

/** Twitch's word on ourselves in a channel: after a JOIN, and after each message it took (then with its id). */
export interface UserState {
  readonly kind: 'userstate';
  readonly channel: string;
  /** Moderator or broadcaster: the higher limit counts. */
  readonly privileged: boolean;
  readonly messageId: string | null;
  /** The nonce that we sent with the message, where Twitch gives it back. */
  readonly nonce: string | null;
}

/** `channel` is null for a notice about the connection, such as a refused login. */
export interface Notice {
  readonly kind: 'notice';
  readonly channel: string | null;
  readonly id: string | null;
  readonly text: string;
}

// A tag without a value is `true` in tmi.js.
const lineSchema = z.object({
  tags: z.record(z.string(), z.union([z.string(), z.literal(true)])),
  prefix: z.string().nullable(),
  command: z.string().nullable(),
  params: z.array(z.string()),
});
type Line = z.infer<typeof lineSchema>;

/** Reads a line before tmi.js has touched its tags: tmi.js turns the values `1` and `0` into booleans, user ids too. */
export function toWireEvent(raw: unknown): WireEvent {
  const parsed = lineSchema.safeParse(raw);
  if (!parsed.success) return { kind: 'other' };
  const line = parsed.data;
  if (line.command === 'PRIVMSG') return toMessage(line);
  // The answer to a bare PING is bare.
  if (line.command === 'PONG') return { kind: 'pong' };
  if (line.prefix !== 'tmi.twitch.tv') return { kind: 'other' };
  const channel = line.params[0]?.startsWith('#') ? line.params[0].slice(1) : null;
  if (line.command === '376') return { kind: 'welcome' };
  if (line.command === 'RECONNECT') return { kind: 'reconnect' };
  if (line.command === 'ROOMSTATE' && channel) return { kind: 'joined', channel };
  if (line.command === 'USERSTATE' && channel) return toUserState(line, channel);
  if (line.command !== 'NOTICE') return { kind: 'other' };
  return { kind: 'notice', channel, id: tag(line, 'msg-id'), text: line.params[1] ?? '' };
}

function toMessage(line: Line): WireEvent {
  const [channel, text] = line.params;
  const login = line.prefix?.split('!')[0];
  const [id, userId] = [tag(line, 'id'), tag(line, 'user-id')];
  if (!channel?.startsWith('#') || text === undefined || !login || !id || !userId) return { kind: 'other' };
  const name = tag(line, 'display-name') ?? login;
  return {
    kind: 'message',
    id,
    channel: channel.slice(1),
    text,
    userId,
    login,
    name,
    badges: badgesOf(line),
  };
}

function toUserState(line: Line, channel: string): UserState {
  const badges = badgesOf(line);
  return {
    kind: 'userstate',
    channel,
    privileged: tag(line, 'mod') === '1' || badges.includes('moderator') || badges.includes('broadcaster'),
    messageId: tag(line, 'id'),
    nonce: tag(line, 'client-nonce'),
  };
}

/** Without their versions: `moderator/1,subscriber/12`. */
function badgesOf(line: Line): string[] {
  const worn = (tag(line, 'badges') ?? '').split(',');
  return worn.map((badge) => badge.split('/')[0] ?? '').filter((badge) => badge !== '');
}

const escapes: Readonly<Record<string, string>> = { ':': ';', s: ' ', r: '\r', n: '\n' };

function tag(line: Line, name: string): string | null {
  const value = line.tags[name];
  if (value === undefined || value === true) return null;
  return value.replace(/\\(.?)/g, (_, escaped: string) => escapes[escaped] ?? escaped);
}

/**
 * What stands between us and Twitch: the login, the right to speak there, the text, the pace of it; or it is `away`,
 * which is also what an unknown sentence counts as.
 */
export type Objection = 'login' | 'forbidden' | 'text' | 'pace' | 'away';

/** Reads a `msg-id`, a notice without one, or a sentence of tmi.js, which are all that either gives for a reason. */
export function toObjection(reason: string): Objection {
  return objections.find(([, reasons]) => reasons.includes(reason))?.[0] ?? 'away';
}

const objections: readonly (readonly [Objection, readonly string[]])[] = [
  [
    'login',
    [
      ...['Login authentication failed', 'Login unsuccessful', 'Improperly formatted auth'],
      ...['Error logging in', 'Invalid NICK.', 'Cannot send anonymous messages.'],
    ],
  ],
  [
    'forbidden',
    [
      'msg_banned',
      'msg_suspended',
      'msg_channel_suspended',
      'tos_ban',
      'no_permission',
      'msg_channel_blocked',
    ],
  ],
  [
    'text',
    [
      ...[
        'msg_rejected',
        'msg_rejected_mandatory',
        'msg_bad_characters',
        'unrecognized_cmd',
        'msg_emoteonly',
      ],
      ...['msg_followersonly', 'msg_followersonly_followed', 'msg_followersonly_zero', 'msg_subsonly'],
      ...['msg_verified_email', 'msg_requires_verified_phone_number'],
    ],
  ],
  ['pace', ['msg_ratelimit', 'msg_duplicate', 'msg_slowmode', 'msg_timedout', 'msg_r9k']],
];
