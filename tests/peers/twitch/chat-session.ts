// One connection of a chat client: login, JOIN, PRIVMSG, PING, answered as Twitch answers. The world around it
// (other connections, faults, records) is behind the `World` it is given.
import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import { formatTags, type IrcLine, parseIrc } from './irc.ts';
import type { AccountLimits } from './limits.ts';

/** Twitch answers as this name; chat clients recognise it only so. */
const server = 'tmi.twitch.tv';

export interface World {
  /** The text of the NOTICE that refuses a login, null to let it in. */
  refusal(login: string, password: string): string | null;
  limitsOf(login: string): AccountLimits;
  isModerator(login: string, channel: string): boolean;
  /** Whether the server keeps silent just now. */
  isSilent(): boolean;
  /** A `msg-id` that the next message is to be refused with, or `silence`; null for none. */
  takeMessageFault(): string | null;
  record(direction: 'in' | 'out', line: string): void;
  violation(text: string): void;
  /** A message that Twitch took and shows to everybody in the channel. */
  took(from: ChatSession, message: { channel: string; text: string; id: string }): void;
}

export class ChatSession {
  readonly channels = new Set<string>();
  readonly #socket: WebSocket;
  readonly #world: World;
  #password = '';
  #login: string | null = null;

  constructor(socket: WebSocket, world: World) {
    this.#socket = socket;
    this.#world = world;
    socket.on('message', (data) => {
      for (const raw of String(data).split('\r\n').filter(Boolean)) this.#receive(raw);
    });
    socket.on('error', () => socket.terminate());
  }

  /** Null before the login. */
  get login(): string | null {
    return this.#login;
  }

  /** Sends a line as it is, unless the server is silent. */
  send(line: string): void {
    if (this.#world.isSilent()) return;
    this.#world.record('out', line);
    this.#socket.send(`${line}\r\n`);
  }

  notice(channel: string, id: string | null, text: string): void {
    this.send(`${id === null ? '' : formatTags({ 'msg-id': id })}:${server} NOTICE ${channel} :${text}`);
  }

  terminate(): void {
    this.#socket.terminate();
  }

  close(): void {
    this.#socket.close();
  }

  #receive(raw: string): void {
    this.#world.record('in', raw);
    const line = parseIrc(raw);
    if (!line) return;
    const [first = '', second = ''] = line.params;
    if (line.command === 'CAP') this.send(`:${server} CAP * ACK :${line.params.at(-1) ?? ''}`);
    if (line.command === 'PING') this.send(first === '' ? 'PONG' : `:${server} PONG ${server} :${first}`);
    if (line.command === 'PASS') this.#password = first;
    if (line.command === 'NICK') this.#enter(first.toLowerCase());
    if (this.#login === null) return;
    if (line.command === 'JOIN')
      for (const channel of first.split(',')) this.#join(channel.toLowerCase(), this.#login);
    if (line.command === 'PART') this.#part(first, this.#login);
    if (line.command === 'PRIVMSG') this.#privmsg(line, { channel: first, text: second, login: this.#login });
  }

  #enter(login: string): void {
    const refusal = this.#world.refusal(login, this.#password);
    if (refusal !== null) {
      this.notice('*', null, refusal);
      this.#socket.close();
      return;
    }
    this.#login = login;
    const welcome = [
      `001 ${login} :Welcome, GLHF!`,
      `002 ${login} :Your host is ${server}`,
      `003 ${login} :This server is rather new`,
      `004 ${login} :-`,
      `375 ${login} :-`,
      `372 ${login} :You are in a maze of twisty passages, all alike.`,
      `376 ${login} :>`,
    ];
    for (const text of welcome) this.send(`:${server} ${text}`);
    const tags = {
      'badge-info': '',
      badges: '',
      color: '',
      'display-name': login,
      'emote-sets': '0',
      'user-id': '1',
    };
    this.send(`${formatTags(tags)}:${server} GLOBALUSERSTATE`);
  }

  #join(channel: string, login: string): void {
    if (!this.#world.limitsOf(login).join(Date.now())) {
      this.#world.violation(`JOIN ${channel}: too many`);
      return;
    }
    this.channels.add(channel);
    this.send(`:${login}!${login}@${login}.${server} JOIN ${channel}`);
    this.send(`:${login}.${server} 353 ${login} = ${channel} :${login}`);
    this.send(`:${login}.${server} 366 ${login} ${channel} :End of /NAMES list`);
    this.#userState(channel, login, {});
    const room = {
      'emote-only': '0',
      'followers-only': '-1',
      r9k: '0',
      'room-id': '71092938',
      slow: '0',
      'subs-only': '0',
    };
    this.send(`${formatTags(room)}:${server} ROOMSTATE ${channel}`);
  }

  #part(channel: string, login: string): void {
    this.channels.delete(channel);
    this.send(`:${login}!${login}@${login}.${server} PART ${channel}`);
  }

  #privmsg(line: IrcLine, message: { channel: string; text: string; login: string }): void {
    const { channel, text, login } = message;
    const privileged = this.#world.isModerator(login, channel);
    const verdict = this.#world.limitsOf(login).message(channel, text, privileged, Date.now());
    if (verdict !== 'ok') this.#world.violation(`PRIVMSG ${channel}: ${verdict}`);
    if (verdict === 'too_long') return;
    const fault = verdict === 'ok' ? this.#world.takeMessageFault() : verdict;
    if (fault === 'silence') return;
    if (fault !== null) {
      this.notice(channel, fault, `Your message was not sent: ${fault}.`);
      return;
    }
    const id = randomUUID();
    const nonce = line.tags['client-nonce'];
    this.#userState(channel, login, { id, ...(nonce === undefined ? {} : { 'client-nonce': nonce }) });
    this.#world.took(this, { channel, text, id });
  }

  #userState(channel: string, login: string, extra: Readonly<Record<string, string>>): void {
    const mod = this.#world.isModerator(login, channel);
    const tags = {
      'badge-info': '',
      badges: mod ? 'moderator/1' : '',
      color: '',
      'display-name': login,
      'emote-sets': '0',
      mod: mod ? '1' : '0',
      subscriber: '0',
      'user-type': mod ? 'mod' : '',
      ...extra,
    };
    this.send(`${formatTags(tags)}:${server} USERSTATE ${channel}`);
  }
}
