// The face of the stand-in: what it can be told to be, to say and to break, and what it shows of what happened.
import type { TwitchLimits } from './limits.ts';

export interface TwitchPeerOptions {
  /** Default: any free one. */
  readonly port?: number;
  /** Login → token without `oauth:`. Default: everybody with any token may enter. */
  readonly accounts?: Readonly<Record<string, string>>;
  /** Channels (no `#`) where every account is moderator. */
  readonly moderated?: readonly string[];
  /** Default: Twitch's own. */
  readonly limits?: Partial<TwitchLimits>;
  /** Told what an account said, when Twitch took it. */
  readonly onSaid?: (said: Said) => void;
}

export interface Viewer {
  readonly userId: string;
  readonly login: string;
  readonly text: string;
  readonly name?: string;
  /** As in `moderator/1,subscriber/12`. */
  readonly badges?: string;
  /** To repeat a message; default a new one. */
  readonly id?: string;
}

export interface Said {
  readonly channel: string;
  readonly login: string;
  readonly text: string;
  readonly id: string;
  /** Ms since the epoch. */
  readonly at: number;
}

export interface RecordedLine {
  readonly direction: 'in' | 'out';
  readonly line: string;
  readonly at: number;
}

export interface TwitchPeer {
  readonly url: string;
  readonly port: number;
  /** Every line, oldest first; `in` is what a client wrote. */
  readonly lines: readonly RecordedLine[];
  /** Each limit that an account broke. */
  readonly violations: readonly string[];
  /** Handshakes so far, refused ones too. */
  readonly handshakes: number;
  /** Logged-in clients that are in the channel. */
  joined(channel: string): readonly string[];
  /** Speaks as a viewer; returns the message's id. */
  say(channel: string, viewer: Viewer): string;
  /** What accounts said in the channel, oldest first. */
  sent(channel: string): readonly string[];
  /** Sends a NOTICE to everybody in the channel. */
  notice(channel: string, id: string, text: string): void;
  /** Sends a line as it is to every client, such as `PING :tmi.twitch.tv`. */
  raw(line: string): void;
  /** Sends RECONNECT and, as Twitch does, closes a while later. */
  reconnect(closeAfterMs?: number): void;
  /** Cuts every connection without a word. */
  terminate(): void;
  /** Answers the next handshakes with HTTP 503. */
  refuseHandshakes(count: number): void;
  /** Answers nothing while on, with the sockets open. */
  silence(on: boolean): void;
  /** Refuses the next message with this `msg-id`, or says nothing to it (`silence`). */
  failNextMessage(fault: string): void;
  setModerator(channel: string, on: boolean): void;
  close(): Promise<void>;
}
