// One connection to RabbitMQ that comes back by itself and says the truth about itself on a Link.
// It owns no message: publishers and consumers register a set-up step, which runs on every new connection.

import type { Channel, ChannelModel, RecoveringChannelModel } from 'amqplib';
import type { Meter } from '../contracts/metrics.ts';
import type { Clock } from '../core/clock.ts';
import { coreErrors, SwarmError } from '../core/errors.ts';
import type { Link } from '../core/links.ts';
import type { Logger } from '../core/logger.ts';
import { createStop } from '../core/stop.ts';
import type { Tracer } from '../core/tracing/index.ts';
import { BusCanary, dropSocket } from './canary.ts';
import { bridgeFault } from './faults.ts';

/** What everything that speaks to RabbitMQ needs. */
export interface BusDeps {
  readonly link: Link;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Default: nothing is counted. */
  readonly meter?: Meter;
  /** Default: nothing is traced. */
  readonly tracer?: Tracer;
}

export interface ConnectionOptions {
  /** `amqp://` or `amqps://`. */
  readonly url: string;
  /** Shown in RabbitMQ's list of connections. */
  readonly name: string;
  /** What the link shows while it is up; asked at each proof. Default: host and port. */
  readonly detail?: () => string;
}

/** Builds channels, queues and consumers on a fresh connection. A throw makes the connection unusable and is tried again. */
export type SetupStep = (model: ChannelModel) => Promise<void>;

// The default heartbeat of 60 s notices a black hole after more than 45 s, 5 s after at most 15.
const heartbeatSeconds = 5;
const handshakeTimeoutMs = 5_000;
const proofEveryMs = 5_000;
// Sum of both: noticed within 12 s, before the heartbeat's 15.
const canaryWithinMs = 7_000;
const closeWithinMs = 2_000;
const flawedRetryMs = 2_000;

/** A connection that is made again whenever it is lost; starts with `open`. */
export class Connection {
  readonly #deps: BusDeps;
  readonly #options: ConnectionOptions;
  readonly #steps: SetupStep[] = [];
  readonly #listeners = new Set<() => void>();
  #closing = createStop();
  #recovering: RecoveringChannelModel | undefined;
  #current: ChannelModel | undefined;
  #wasUp = false;
  #backAt: number | null = null;
  /** What set-up met on a connection that is alive, such as an exchange of another type. */
  #flaw: unknown;
  #blocked = false;
  readonly #canary: BusCanary;
  /** Of which state the log was told last. */
  #said = '';

  constructor(deps: BusDeps, options: ConnectionOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#canary = new BusCanary(deps.clock);
  }

  /** Adds a set-up step; call it before `open`. */
  use(step: SetupStep): void {
    this.#steps.push(step);
  }

  /** When it came back after it was lost, ms since the epoch; null while it never was. */
  get backAt(): number | null {
    return this.#backAt;
  }

  /** The connection to work with; undefined while there is none, or while RabbitMQ blocks publishers. */
  get model(): ChannelModel | undefined {
    return this.#blocked ? undefined : this.#current;
  }

  /** Whether RabbitMQ has said that it takes no messages for now. */
  get isBlocked(): boolean {
    return this.#blocked;
  }

  /** Told when `model` may have changed. Returns how to stop being told. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Begins to connect and returns; the link tells the rest. @throws SwarmError CONFIG_INVALID for a URL that is none */
  async open(): Promise<void> {
    const url = withHeartbeat(this.#options.url);
    this.#closing = createStop();
    this.#deps.link.connecting(this.#detail());
    const { connect } = await import('./library.ts');
    const recovering = await connect(url, {
      noDelay: true,
      timeout: handshakeTimeoutMs,
      clientProperties: { connection_name: this.#options.name },
      recovery: {
        initialDelay: 200,
        maxDelay: 1_000,
        jitter: 0.2,
        waitForConnect: false,
        setup: (model: ChannelModel) => this.#setUp(model),
      },
    });
    this.#recovering = recovering;
    recovering.on('error', () => undefined);
    recovering.on('connect', (model) => this.#onConnect(model));
    recovering.on('disconnect', (error) => this.#onDown(this.#flaw ?? error));
    recovering.on('connect-failed', (error) => this.#onDown(error));
    recovering.on('blocked', (reason) => this.#onBlocked(reason));
    recovering.on('unblocked', () => this.#onUnblocked());
    void this.#proveUntil(this.#closing.signal);
  }

  /** Closes within 2 s, also when nobody answers. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#current = undefined;
    const done = new AbortController();
    const late = this.#deps.clock.sleep(closeWithinMs, done.signal).catch(() => undefined);
    await Promise.race([this.#recovering?.close().catch(() => undefined), late]);
    done.abort();
  }

  // Two gaps of amqplib's recovery are closed here. While set-up runs nobody listens for `error`. And a set-up that
  // throws on a live connection makes recovery await a close handshake without deadline: when the server vanishes
  // in that moment it never tries again. So only a dead connection throws; a flaw of a live one is kept for later.
  async #setUp(model: ChannelModel): Promise<void> {
    model.on('error', () => undefined);
    let dead = false;
    model.on('close', () => {
      dead = true;
    });
    this.#flaw = undefined;
    try {
      for (const step of this.#steps) await step(model);
      await this.#canary.setUp(guarded(await model.createChannel(), model));
    } catch (thrown) {
      this.#flaw = thrown;
    }
    if (dead) throw bridgeFault(this.#flaw ?? 'connection lost during set-up');
  }

  #onConnect(model: ChannelModel): void {
    this.#blocked = false;
    if (this.#flaw === undefined) {
      this.#current = model;
      this.#backAt = this.#wasUp ? this.#deps.clock.now() : null;
      this.#wasUp = true;
      this.#deps.link.proof(this.#detail());
      this.#say('up', `connected to ${this.#detail()}`);
      this.#tell();
      return;
    }
    this.#onDown(this.#flaw);
    void this.#deps.clock
      .sleep(flawedRetryMs, this.#closing.signal)
      .then(() => model.close())
      .catch(() => undefined);
  }

  #onDown(thrown: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.#current = undefined;
    this.#blocked = false;
    const flawed = thrown === this.#flaw;
    const { code, message } = bridgeFault(thrown);
    if (flawed) this.#deps.link.down(message);
    else this.#deps.link.unanswered(message);
    this.#say(flawed ? 'flawed' : 'lost', message, code);
    this.#tell();
  }

  #onBlocked(reason: string): void {
    this.#blocked = true;
    this.#deps.link.down(`blocked by RabbitMQ: ${reason}`);
    this.#say('blocked', `blocked by RabbitMQ: ${reason}`);
    this.#tell();
  }

  #onUnblocked(): void {
    this.#blocked = false;
    this.#deps.link.proof(this.#detail());
    this.#say('up', 'no longer blocked by RabbitMQ');
    this.#tell();
  }

  // A loop cannot overlap itself.
  async #proveUntil(signal: AbortSignal): Promise<void> {
    const { clock, link } = this.#deps;
    while (!signal.aborted) {
      await clock.sleep(proofEveryMs, signal).catch(() => undefined);
      const { model } = this;
      if (!model) continue;
      const returned = await this.#canary.returns(canaryWithinMs);
      // Blocked or lost meanwhile: that was told, and says nothing about this connection.
      if (signal.aborted || this.model !== model) continue;
      if (returned) link.proof(this.#detail());
      else this.#recreate(model);
    }
  }

  #recreate(model: ChannelModel): void {
    const why = `deaf: what was published did not come back within ${canaryWithinMs / 1000} s`;
    this.#deps.link.recreated(why);
    dropSocket(model, why);
  }

  #detail(): string {
    return this.#options.detail?.() ?? new URL(this.#options.url).host;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Once per change of state, and not per retry: each retry may fail in words of its own. */
  #say(state: 'up' | 'lost' | 'flawed' | 'blocked', text: string, code?: string): void {
    if (state === this.#said) return;
    this.#said = state;
    this.#deps.logger[state === 'up' ? 'info' : 'warn']({ link: this.#options.name, code }, text);
  }
}

/** Makes the end of a channel the end of its connection, so that recovery builds everything anew and nothing goes deaf. */
export function guarded<C extends Channel>(channel: C, model: ChannelModel): C {
  channel.on('error', () => undefined);
  channel.on('close', () => void model.close().catch(() => undefined));
  return channel;
}

function withHeartbeat(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^amqps?:$/.test(url.protocol)) {
    throw new SwarmError(coreErrors.configInvalid, 'the RabbitMQ URL must begin with amqp:// or amqps://');
  }
  if (!url.searchParams.has('heartbeat')) url.searchParams.set('heartbeat', String(heartbeatSeconds));
  return url.href;
}
