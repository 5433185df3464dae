// The bridge's test world: real RabbitMQ and Redis, services with names of their own, and everything stopped afterwards.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from 'amqplib';
import type { SidecarOptions } from '../../../src/bridge/index.ts';
import { type BridgeOptions, createBridge, createSidecar } from '../../../src/bridge/index.ts';
import type { RestartMessage, ServiceEvent } from '../../../src/contracts/bus.ts';
import {
  exchanges,
  restartMessageSchema,
  routingKeys,
  serviceEventSchema,
} from '../../../src/contracts/bus.ts';
import type {
  RestartOrder,
  RestartOutcome,
  RestartProgress,
  ServiceState,
} from '../../../src/contracts/services.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { Link } from '../../../src/core/links.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createGuards } from '../../../src/core/recovery/guards.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { it as base, eventually } from '../../support/fixtures.ts';

export { eventually };

/** A program that stays until it is told to go, or until its sidecar is gone (its stdin closes then). */
const stayingProgram = {
  program: process.execPath,
  args: ['-e', "process.stdin.resume().on('end', () => process.exit()); setInterval(() => {}, 1000)"],
} as const;

/**
 * A program of the shell, for one that ends at once: what has stayed up for 0.3 s counts as ready, and on a busy machine
 * Node takes longer than that to begin.
 */
export function shellProgram(script: string) {
  return { program: 'sh', args: ['-c', script] } as const;
}

/** A program that ignores SIGTERM, and leaves with its sidecar. It is ready late enough for its handler to be there. */
export const stubbornProgram = {
  program: process.execPath,
  args: [
    '-e',
    "process.on('SIGTERM', () => {}); process.stdin.resume().on('end', () => process.exit()); setInterval(() => {}, 1000)",
  ],
  readyAfterMs: 800,
} as const;

interface Story {
  readonly outcome: RestartOutcome;
  readonly progress: readonly RestartProgress['state'][];
}

export class World {
  readonly service = `svc-${randomUUID().slice(0, 8)}`;
  readonly url: string;
  readonly guards = createGuards({ clock: systemClock });
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #closers: (() => Promise<unknown>)[] = [];

  constructor(url: string, redis: Redis, prefix: string) {
    this.url = url;
    this.#redis = redis;
    this.#prefix = prefix;
  }

  link(): Link {
    return new Link({ name: 'rabbitmq', hard: false, clock: systemClock });
  }

  async bridge(options: Partial<BridgeOptions> = {}) {
    const link = this.link();
    const bridge = createBridge(
      { redis: this.#redis, link, guards: this.guards, clock: systemClock, logger: silentLogger },
      { url: this.url, profile: 'topic-v1', prefix: this.#prefix, instance: 'test', ...options },
    );
    this.onClose(() => bridge.stop());
    await bridge.start();
    return { bridge, link };
  }

  /** A bridge that is connected. */
  async connectedBridge(options: Partial<BridgeOptions> = {}) {
    const { bridge, link } = await this.bridge(options);
    await eventually(() => link.status().state === 'up');
    return bridge;
  }

  /** A sidecar of `stayingProgram`, ready and heard. */
  async sidecar(options: Partial<SidecarOptions> = {}) {
    const link = this.link();
    const sidecar = createSidecar(
      { link, clock: systemClock, logger: silentLogger },
      {
        service: this.service,
        url: this.url,
        ...stayingProgram,
        output: 'ignore',
        heartbeatMs: 200,
        ...options,
      },
    );
    this.onClose(() => sidecar.stop());
    await sidecar.start();
    await eventually(() => link.status().state === 'up');
    return { sidecar, link };
  }

  /** A sidecar as a process of its own, to be killed. */
  mortalSidecar(options: Omit<SidecarOptions, 'service' | 'url'>): ChildProcess {
    const main = fileURLToPath(new URL('./sidecar-process.ts', import.meta.url));
    const whole = JSON.stringify({ ...options, service: this.service, url: this.url });
    const sidecar = spawn(process.execPath, ['--import', 'tsx', main, whole], { stdio: 'ignore' });
    this.onClose(async () => sidecar.kill('SIGKILL'));
    return sidecar;
  }

  /** A sidecar made by hand: it hears orders, and says what the test tells it to. */
  async handmadeSidecar(instance = 'hand') {
    const { control, serviceEvents } = exchanges;
    const orders: RestartMessage[] = [];
    const from = { exchange: control.name, type: control.type, key: routingKeys.restart(this.service) };
    await this.listen(from, (body) => orders.push(restartMessageSchema.parse(JSON.parse(body))));
    const channel = await this.channel();
    await channel.assertExchange(serviceEvents.name, serviceEvents.type, { durable: true });
    const say = async (state: ServiceState, changes: Partial<ServiceEvent> = {}) => {
      const now = Date.now();
      const event: ServiceEvent = {
        ...{ v: 1, id: randomUUID(), correlationId: 'c', causationId: null, issuedAt: now, deadline: now },
        ...{ principal: 'system:test', service: this.service, instance, state, detail: '' },
        ...{ incarnation: null, previousIncarnation: null, orderId: null, readySince: null },
        ...changes,
      };
      const key = routingKeys.serviceEvent(this.service, state);
      channel.publish(serviceEvents.name, key, Buffer.from(JSON.stringify(event)));
      await channel.waitForConfirms();
    };
    return { orders, say };
  }

  /** Everything that sidecars of this world's service say from now on. */
  async events(): Promise<ServiceEvent[]> {
    const heard: ServiceEvent[] = [];
    const { name, type } = exchanges.serviceEvents;
    await this.listen({ exchange: name, type, key: routingKeys.serviceEvent(this.service, '*') }, (body) =>
      heard.push(serviceEventSchema.parse(JSON.parse(body))),
    );
    return heard;
  }

  /** A consumer that owes nothing to the code under test. */
  async listen(
    source: { readonly exchange: string; readonly type: string; readonly key: string },
    onBody: (body: string, contentType: unknown) => void,
  ): Promise<void> {
    const channel = await this.channel();
    await channel.assertExchange(source.exchange, source.type, { durable: true });
    const { queue } = await channel.assertQueue('', { exclusive: true });
    await channel.bindQueue(queue, source.exchange, source.key);
    await channel.consume(
      queue,
      (message) => message && onBody(message.content.toString(), message.properties.contentType),
      { noAck: true },
    );
  }

  async channel() {
    const connection = await connect(this.url);
    this.onClose(() => connection.close());
    return connection.createConfirmChannel();
  }

  /** The path of a file, or folder, that is not there yet, for programs that behave otherwise at their second start. */
  flagFile(): string {
    const path = join(tmpdir(), `swarmline-${this.service}`);
    this.onClose(() => rm(path, { recursive: true, force: true }));
    return path;
  }

  order(changes: Partial<RestartOrder> = {}): RestartOrder {
    const now = Date.now();
    return {
      id: randomUUID(),
      correlationId: randomUUID(),
      service: this.service,
      mode: 'graceful',
      reason: 'test',
      principal: 'test:me',
      issuedAt: now,
      deadline: now + 20_000,
      ...changes,
    };
  }

  onClose(close: () => Promise<unknown>): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.#closers.reverse()) await close();
  }
}

/** Runs a restart and keeps what it said on the way. */
export async function tellRestart(
  bridge: Awaited<ReturnType<World['connectedBridge']>>,
  order: RestartOrder,
  signal: AbortSignal = new AbortController().signal,
): Promise<Story> {
  const progress: RestartProgress['state'][] = [];
  const { outcome, kept } = await bridge.control.restart(
    order,
    async ({ state }) => {
      progress.push(state);
    },
    signal,
  );
  await kept;
  return { outcome, progress };
}

export const it = base.extend<{ world: World }>({
  world: async ({ rabbitUrl, redis, prefix }, use) => {
    const world = new World(rabbitUrl, redis, prefix);
    await use(world);
    await world.close();
  },
});
