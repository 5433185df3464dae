// A tap on discord.js's gateway connection: proofs of life, closes, and a way to make it stop for good.
// discord.js has none of the three: it tells no heartbeat, and a client that is destroyed between two of its
// reconnects (one every 500 ms, for ever) goes on reconnecting.
import type { IShardingStrategy, WebSocketOptions } from 'discord.js';
import { z } from 'zod';

type GatewayManager = Parameters<NonNullable<WebSocketOptions['buildStrategy']>>[0];

/** Quiet guilds have no events for hours; the answers to heartbeats come every 41 s. */
export type GatewaySign = 'event' | 'heartbeat';

export interface TapListener {
  /** The far side spoke inside a session: an event or the answer to a heartbeat. */
  proof(sign: GatewaySign): void;
  /** The socket closed; `code` is the WebSocket close code. */
  closed(code: number): void;
}

// Less than discord.js's 30 s, so that a black hole does not keep a stop waiting.
const handshakeTimeoutMs = 5_000;
const closedSchema = z.object({ code: z.number() });

export class GatewayTap {
  readonly #listener: TapListener;
  #phase: 'closed' | 'handshake' | 'open' = 'closed';
  #inSession = false;
  #parked = false;
  #settled: (() => void) | undefined;

  constructor(listener: TapListener) {
    this.#listener = listener;
  }

  /** For `ws.buildStrategy` of the client, with the strategy that discord.js would take by itself. */
  attach<S extends IShardingStrategy>(manager: GatewayManager, strategy: S): S {
    manager.options.handshakeTimeout = handshakeTimeoutMs;
    const retrieve = manager.options.retrieveSessionInfo;
    // discord.js asks for the session just before each connect: a promise that stays open ends its reconnecting.
    manager.options.retrieveSessionInfo = (shardId) => {
      if (this.#parked) return new Promise(() => undefined);
      if (this.#phase === 'closed') this.#phase = 'handshake';
      return retrieve(shardId);
    };
    listen(manager, 'hello', () => this.#move('open'));
    listen(manager, 'closed', (payload) => this.#close(payload));
    listen(manager, 'dispatch', () => this.#prove(true, 'event'));
    listen(manager, 'heartbeat', () => this.#prove(this.#inSession, 'heartbeat'));
    return strategy;
  }

  /** No connect after this one. Resolves when the client may be destroyed, at most one handshake later. */
  async park(): Promise<void> {
    this.#parked = true;
    if (this.#phase !== 'handshake') return;
    // Destroyed in the middle of a handshake, discord.js would leave a socket without an error listener behind.
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, handshakeTimeoutMs + 1_000);
      this.#settled = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #prove(inSession: boolean, sign: GatewaySign): void {
    this.#inSession = inSession;
    if (inSession && !this.#parked) this.#listener.proof(sign);
  }

  #close(payload: unknown): void {
    this.#inSession = false;
    this.#move('closed');
    const parsed = closedSchema.safeParse(payload);
    if (!this.#parked) this.#listener.closed(parsed.success ? parsed.data.code : 1_006);
  }

  #move(phase: 'closed' | 'open'): void {
    this.#phase = phase;
    this.#settled?.();
  }
}

/** By reflection: discord.js exports another enum under the name of the one that types these events. */
function listen(
  manager: GatewayManager,
  event: 'hello' | 'closed' | 'dispatch' | 'heartbeat',
  listener: (payload: unknown) => void,
): void {
  Reflect.apply(manager.on, manager, [event, listener]);
}
