// The chat behind the connections: accounts, moderators, who is where, what was said, and the faults asked for.
import { randomUUID } from 'node:crypto';
import type { ChatSession, World } from './chat-session.ts';
import type { RecordedLine, Said, TwitchPeerOptions, Viewer } from './controls.ts';
import { formatTags } from './irc.ts';
import { AccountLimits, realLimits } from './limits.ts';

export class ChatWorld implements World {
  readonly sessions = new Set<ChatSession>();
  readonly lines: RecordedLine[] = [];
  readonly violations: string[] = [];
  readonly said: Said[] = [];
  readonly faults: string[] = [];
  /** With the `#`. */
  readonly moderated: Set<string>;
  silent = false;
  readonly #options: TwitchPeerOptions;
  readonly #accounts = new Map<string, AccountLimits>();

  constructor(options: TwitchPeerOptions) {
    this.#options = options;
    this.moderated = new Set(options.moderated?.map((name) => `#${name}`));
  }

  refusal(login: string, password: string): string | null {
    const { accounts } = this.#options;
    if (/^justinfan\d+$/.test(login)) return null;
    if (!password.startsWith('oauth:')) return 'Improperly formatted auth';
    return accounts === undefined || password === `oauth:${accounts[login]}`
      ? null
      : 'Login authentication failed';
  }

  limitsOf(login: string): AccountLimits {
    const known = this.#accounts.get(login) ?? new AccountLimits({ ...realLimits, ...this.#options.limits });
    this.#accounts.set(login, known);
    return known;
  }

  isModerator(login: string, channel: string): boolean {
    return this.moderated.has(channel) || channel === `#${login}`;
  }

  isSilent(): boolean {
    return this.silent;
  }

  takeMessageFault(): string | null {
    return this.faults.shift() ?? null;
  }

  record(direction: 'in' | 'out', line: string): void {
    this.lines.push({ direction, line: line.startsWith('PASS ') ? 'PASS ***' : line, at: Date.now() });
  }

  violation(text: string): void {
    this.violations.push(text);
  }

  took(from: ChatSession, message: { channel: string; text: string; id: string }): void {
    const { channel, text, id } = message;
    const login = from.login ?? '';
    const said = { channel: channel.slice(1), login, text, id, at: Date.now() };
    this.said.push(said);
    this.#options.onSaid?.(said);
    const line = messageLine(channel, { userId: '1', login, text, id });
    for (const session of this.inside(channel)) if (session !== from) session.send(line);
  }

  /** Speaks as a viewer; returns the message's id. */
  say(channel: string, viewer: Viewer): string {
    const id = viewer.id ?? randomUUID();
    for (const session of this.inside(channel)) session.send(messageLine(channel, { ...viewer, id }));
    return id;
  }

  inside(channel: string): ChatSession[] {
    return [...this.sessions].filter((session) => session.channels.has(channel));
  }
}

function messageLine(channel: string, viewer: Viewer & { readonly id: string }): string {
  const { login, text, id, userId, name = login, badges = '' } = viewer;
  const tags = {
    'badge-info': '',
    badges,
    color: '',
    'display-name': name,
    emotes: '',
    id,
    mod: badges.includes('moderator/') ? '1' : '0',
    'room-id': '71092938',
    'tmi-sent-ts': String(Date.now()),
    'user-id': userId,
  };
  return `${formatTags(tags)}:${login}!${login}@${login}.tmi.twitch.tv PRIVMSG ${channel} :${text}`;
}
