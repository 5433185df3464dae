// One connection to Twitch: one tmi.js client, one socket, never used again. tmi.js only carries the wire here:
// it does not reconnect, join, split or decide; its supervisor is transport.ts.
import type { Client, ClientConstructor } from 'tmi.js';
import { coreErrors, errorText, SwarmError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { Endpoint } from './config.ts';
import { toWireEvent, type WireEvent } from './wire.ts';

export interface SessionDeps {
  readonly Client: ClientConstructor;
  readonly logger: Logger;
  /** Told each line that Twitch sends. */
  readonly onEvent: (event: WireEvent) => void;
}

export interface SessionOptions {
  readonly endpoint: Endpoint;
  readonly username: string;
  readonly token: string;
}

export interface Session {
  /** Resolves once, with the reason, when the connection is gone or never came; does not reject. */
  readonly ended: Promise<string>;
  /** Writes one line; a line that cannot be written is lost, and `ended` tells why. */
  write(line: string): void;
  /** Drops the socket at once, also a silent one that would answer no close frame. */
  close(reason: string): void;
}

/** Begins to connect and returns at once. @throws SwarmError UNEXPECTED when tmi.js is not the one this was written for */
export function openSession(deps: SessionDeps, options: SessionOptions): Session {
  const client = new deps.Client({
    options: { skipUpdatingEmotesets: true, skipMembership: true },
    connection: { ...options.endpoint, reconnect: false },
    identity: { username: options.username, password: options.token },
    logger: quiet,
  });
  let end: (reason: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  standBefore(client, deps);
  client.on('disconnected', (reason) => end(reason || 'the connection was closed'));
  client.connect().catch((reason: unknown) => end(errorText(reason)));
  return {
    ended,
    // raw() writes synchronously and rejects with a string when the socket is not open; say() would split and
    // interpret a leading `/` or `.`, join() would call a late answer a failure.
    write: (line) => void client.raw(line.replace(/[\r\n\0]+/g, ' ')).catch(() => undefined),
    close: (reason) => {
      end(reason);
      terminate(client);
    },
  };
}

// Every state is told by our own link and log; tmi.js would log each message and each retry.
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Sees each line before tmi.js does, for three reasons: tmi.js rewrites tags; it obeys RECONNECT by a timer of its
 * own that no option stops; and a line it cannot read (a NOTICE without text) throws out of the socket's event.
 */
function standBefore(client: Client, { logger, onEvent }: SessionDeps): void {
  const handle: unknown = Reflect.get(client, 'handleMessage');
  if (typeof handle !== 'function') {
    throw new SwarmError(coreErrors.unexpected, 'tmi.js has no handleMessage; written for 1.8.5');
  }
  Reflect.set(client, 'handleMessage', (line: unknown) => {
    const event = toWireEvent(line);
    try {
      if (event.kind !== 'reconnect') handle.call(client, line);
    } catch (thrown) {
      logger.warn({ error: errorText(thrown) }, 'tmi.js could not read a line of Twitch');
    }
    onEvent(event);
  });
}

// disconnect() waits up to 30 s for a close frame that a dead peer never sends; where the socket is the platform's
// own WebSocket (Node 22) there is nothing else.
function terminate(client: Client): void {
  const socket: unknown = Reflect.get(client, 'ws');
  if (typeof socket !== 'object' || socket === null) return;
  if ('terminate' in socket && typeof socket.terminate === 'function') socket.terminate();
  else void client.disconnect().catch(() => undefined);
}
