// Two processes of every role on one installation, each under a keeper that starts it again when it dies, as systemd
// would; and the eye that watches them from outside.
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { randomId } from '../../src/contracts/ids.ts';
import type { Redis } from '../../src/core/redis.ts';
import { freePort } from '../../src/core/servers/ports.ts';
import { Child } from '../support/child.ts';
import { Platform } from '../support/platform.ts';
import type { Site } from '../support/site.ts';

const roles = ['console', 'bots', 'api', 'workers', 'pipeline'] as const;

/** One place of the fleet: a role, and the process that fills it now. */
export class Post {
  readonly role: string;
  /** Of its HTTP face; only the role api has one. */
  readonly port: number;
  readonly #start: () => Platform;
  #process: Platform;
  /** Whether it is dead right now. */
  away = false;
  /** Process id → when it was killed, ms since the epoch. */
  readonly deaths = new Map<number, number>();

  constructor(role: string, port: number, start: () => Platform) {
    this.role = role;
    this.port = port;
    this.#start = start;
    this.#process = start();
  }

  get pid(): number {
    return this.#process.pid;
  }

  ready(timeoutMs: number): Promise<Platform> {
    return this.#process.ready(timeoutMs);
  }

  output(): string {
    return this.#process.output();
  }

  /** kill -9, and a new process after a while. */
  async crash(awayMs: number): Promise<void> {
    this.away = true;
    const { pid } = this.#process;
    await this.#process.kill();
    this.deaths.set(pid, Date.now());
    await delay(awayMs);
    this.#process = this.#start();
    this.away = false;
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }

  kill(): Promise<void> {
    return this.#process.kill();
  }
}

/** Starts two processes of every role and waits until all are ready. */
export async function musterFleet(site: Site): Promise<Post[]> {
  const posts: Post[] = [];
  for (const role of [...roles, ...roles]) {
    const port = await freePort();
    const env = { SWARMLINE_API_PORT: String(port) };
    const readyUrl = role === 'api' ? `http://127.0.0.1:${port}/readyz` : null;
    const start = () => new Platform(site.command(['up', '--only', role], env), readyUrl);
    posts.push(new Post(role, port, start));
  }
  await Promise.all(posts.map((post) => post.ready(90_000)));
  return posts;
}

/** Looks every `everyMs` until stopped, and keeps what must not be. */
export function watchFor(look: () => Promise<readonly string[]> | readonly string[], everyMs = 100) {
  const seen = new Set<string>();
  const stop = new AbortController();
  const watching = (async () => {
    while (!stop.signal.aborted) {
      for (const wrong of await look()) seen.add(wrong);
      await delay(everyMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return {
    end: async () => {
      stop.abort();
      await watching;
      return [...seen];
    },
  };
}

/** The longest that a process may still be registered after it was killed, ms: the time of its lease, and a look's delay. */
const leaseMs = 10_000 + 500;

/** Reads the registry as it lies in Redis, past all code that could hide something, and tells what must not be in it. */
export async function zombies(redis: Redis, prefix: string, posts: readonly Post[]): Promise<string[]> {
  const deaths = new Map(posts.flatMap((post) => [...post.deaths]));
  const [, keys] = await redis.scan('0', 'MATCH', `${prefix}:registry:lease:*`, 'COUNT', 100_000);
  const found = await Promise.all(
    keys.map(async (key) => {
      const [ttlMs, text] = await Promise.all([redis.pttl(key), redis.hget(key, 'record')]);
      // -2: it ran out between the two words.
      if (text === null || ttlMs === -2) return [];
      const { pid } = z.object({ pid: z.number() }).parse(JSON.parse(text));
      const deadMs = Date.now() - (deaths.get(pid) ?? Date.now());
      return [
        ...(ttlMs < 0 || ttlMs > leaseMs ? [`a lease without an end: ${key}`] : []),
        ...(deadMs > leaseMs ? [`a lease of a process that is dead for ${deadMs} ms: ${key}`] : []),
      ];
    }),
  );
  return found.flat();
}

/**
 * Runs a command line, confirmed, through the first API process that answers; null while none does. It is one order: who
 * was killed may have taken it before.
 */
export async function runAnywhere(site: Site, posts: readonly Post[], line: string) {
  const key = randomId();
  for (const { port } of posts.filter(({ role }) => role === 'api')) {
    const child = new Child(
      site.command(['run', line, '--yes', '--json', '--key', key], { SWARMLINE_API_PORT: String(port) }),
    );
    await child.ended;
    if (child.stdout !== '') return JSON.parse(child.stdout);
  }
  return null;
}

/** The program of a sidecar, to be killed now and then. */
export class Prey {
  readonly #sidecar: Child;
  readonly #starts: () => Promise<number>;
  #killed = 0;
  #sparedUntil = 0;

  constructor(sidecar: Child, starts: () => Promise<number>) {
    this.#sidecar = sidecar;
    this.#starts = starts;
  }

  /** kill -9, once it is back from the last one. Rarely enough: after five failures in a minute a sidecar waits for an order. */
  async kill(): Promise<number> {
    if (Date.now() < this.#sparedUntil || (await this.#starts()) !== 1 + this.#killed) return 0;
    const [pid] = await childrenOf(this.#sidecar.pid);
    if (pid === undefined) return 0;
    process.kill(pid, 'SIGKILL');
    this.#killed += 1;
    this.#sparedUntil = Date.now() + 15_000;
    return 1;
  }
}

/** The direct children of a process (Linux). */
async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text.split(' ').filter(Boolean).map(Number);
}
