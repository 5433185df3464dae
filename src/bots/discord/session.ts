// One life of one discord.js client: from login until it is refused, lost or told to stop; then nothing of it is
// left. Whether there is a next one is decided in connection.ts.
import type { Client, Interaction } from 'discord.js';
import type { Clock } from '../../core/clock.ts';
import { errorText } from '../../core/errors.ts';
import type { Link } from '../../core/links.ts';
import { apiStatus, isUnreached, libraryCode } from './faults.ts';
import { settledWithin } from './settle.ts';
import { type GatewaySign, GatewayTap } from './tap.ts';

export interface SessionDeps {
  readonly discord: typeof import('discord.js');
  readonly link: Link;
  readonly clock: Clock;
  /** Told once, when events begin to flow. */
  readonly onReady: (self: { readonly applicationId: string; readonly name: string }) => void;
  readonly onInteraction: (interaction: Interaction) => void;
}

export interface SessionOptions {
  readonly token: string;
  /** Base of the REST API without its version, such as https://discord.com/api. */
  readonly apiUrl: string;
  /** Longest wait for one REST answer, ms. */
  readonly restTimeoutMs: number;
  /** A session without a sign of life for this long is given up, ms. Discord's heartbeat is 41 s. */
  readonly deafAfterMs: number;
  /** How long discord.js may try to come back by itself, ms: an interaction lives 3 s, so an old session holds little. */
  readonly reconnectForMs: number;
}

/** `refused` is for good: trying again would not help and would get the address banned. */
export type SessionEnd =
  | { readonly kind: 'refused'; readonly reason: string }
  | {
      readonly kind: 'lost';
      readonly reason: string;
      /** Nobody answered at all, so a quick next try costs Discord nothing. */
      readonly unreached?: boolean;
    }
  | { readonly kind: 'stopped' };

const refusals: Readonly<Record<number, string>> = {
  4004: 'Discord refused the token (close code 4004): check DISCORD_TOKEN',
  4010: 'Discord refused the shard (close code 4010)',
  4011: 'Discord wants this bot to be sharded (close code 4011)',
  4012: 'Discord no longer speaks this version of its gateway (close code 4012)',
  4013: 'Discord does not know the intents that were asked for (close code 4013)',
  4014: 'Discord does not allow this bot the intents it asked for (close code 4014)',
};
const tokenRefused = 'Discord refused the token (HTTP 401): check DISCORD_TOKEN';
const destroyTimeoutMs = 2_000;

/** Runs one client to its end. Never rejects. */
export async function runSession(
  deps: SessionDeps,
  options: SessionOptions,
  signal: AbortSignal,
): Promise<SessionEnd> {
  let end: (how: SessionEnd) => void = () => undefined;
  const ended = new Promise<SessionEnd>((resolve) => {
    end = resolve;
  });
  const over = new AbortController();
  const watch = new Watch(deps, options);
  const tap = new GatewayTap({
    proof: (sign) => watch.proof(sign),
    closed: (code) => {
      const refusal = refusals[code];
      if (refusal !== undefined) return end({ kind: 'refused', reason: refusal });
      watch.closed(code);
    },
  });
  const client = createClient(deps, options, tap);
  client.once('clientReady', (ready) => {
    deps.onReady({ applicationId: ready.application.id, name: ready.user.username });
  });
  client.login(options.token).catch((thrown: unknown) => end(loginFailed(thrown)));
  const stop = () => end({ kind: 'stopped' });
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  watch.untilLost(over.signal).then(end, () => undefined);
  try {
    return await ended;
  } finally {
    over.abort();
    signal.removeEventListener('abort', stop);
    await tap.park();
    await settledWithin(client.destroy(), destroyTimeoutMs, deps.clock);
  }
}

/** Judges by the age of the last proof of life; moves the link. */
class Watch {
  readonly #deps: Pick<SessionDeps, 'clock' | 'link'>;
  readonly #options: SessionOptions;
  #lastProofAt: number;
  #open = false;

  constructor(deps: Pick<SessionDeps, 'clock' | 'link'>, options: SessionOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#lastProofAt = deps.clock.now();
  }

  proof(sign: GatewaySign): void {
    this.#lastProofAt = this.#deps.clock.now();
    this.#open = true;
    this.#deps.link.saw(sign);
    this.#deps.link.proof();
  }

  closed(code: number): void {
    if (!this.#open) return;
    this.#open = false;
    this.#lastProofAt = this.#deps.clock.now();
    this.#deps.link.down(`gateway closed (${code}), resuming`);
  }

  /** Resolves when the session is not worth waiting for; rejects when the signal fires. */
  async untilLost(signal: AbortSignal): Promise<SessionEnd> {
    const { deafAfterMs, reconnectForMs } = this.#options;
    for (;;) {
      const patienceMs = this.#open ? deafAfterMs : reconnectForMs;
      const silentMs = this.#deps.clock.now() - this.#lastProofAt;
      if (silentMs >= patienceMs) {
        const what = this.#open ? 'no sign of life' : 'no connection to the gateway';
        const reason = `${what} for ${Math.round(silentMs / 1000)} s`;
        if (this.#open) this.#deps.link.recreated(reason);
        return { kind: 'lost', reason };
      }
      await this.#deps.clock.sleep(Math.min(1_000, patienceMs - silentMs), signal);
    }
  }
}

function createClient(deps: SessionDeps, options: SessionOptions, tap: GatewayTap): Client {
  const { Client, SimpleShardingStrategy } = deps.discord;
  const client = new Client({
    // Interactions come without any intent; Guilds lets discord.js know where they happen.
    intents: ['Guilds'],
    // Whatever a service or an agent is called, nobody is pinged.
    allowedMentions: { parse: [] },
    rest: { api: options.apiUrl, timeout: options.restTimeoutMs, retries: 0 },
    // Events wait for the last guild before they flow, and an interaction lives 3 s.
    waitGuildTimeout: 1_000,
    ws: { buildStrategy: (manager) => tap.attach(manager, new SimpleShardingStrategy(manager)) },
  });
  client.on('interactionCreate', deps.onInteraction);
  // Without listeners the first is an uncaught exception. Both are seen by the tap as closes and silence.
  client.on('error', () => undefined);
  client.on('shardError', () => undefined);
  return client;
}

function loginFailed(thrown: unknown): SessionEnd {
  const unauthorized = apiStatus(thrown) === 401 || libraryCode(thrown) === 'TokenInvalid';
  if (unauthorized) return { kind: 'refused', reason: tokenRefused };
  return { kind: 'lost', reason: `cannot log in: ${errorText(thrown)}`, unreached: isUnreached(thrown) };
}
