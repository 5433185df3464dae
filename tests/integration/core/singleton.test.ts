// One of many runs it: who takes over when, and what the holder does while Redis is away.
import { describe, expect, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { type Holder, LeaderLease } from '../../../src/core/leader-lease.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { closeRedis, createCommandRedis } from '../../../src/core/redis.ts';
import { Service } from '../../../src/core/service.ts';
import { Singleton } from '../../../src/core/singleton.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';

/** What only one may run; counts how many do. */
class Counted extends Service {
  readonly #running: { now: number; most: number };
  broken = false;

  constructor(running: { now: number; most: number }) {
    super({ name: 'counted', hard: false });
    this.#running = running;
  }

  breakDown(): void {
    this.fail(new SwarmError(coreErrors.unexpected, 'broke down'));
  }

  protected override async onStart(): Promise<void> {
    if (this.broken) throw new SwarmError(coreErrors.unexpected, 'no luck');
    this.#running.now += 1;
    this.#running.most = Math.max(this.#running.most, this.#running.now);
    this.release(async () => {
      await systemClock.sleep(50);
      this.#running.now -= 1;
    });
  }
}

interface Place {
  readonly redisUrl: string;
  readonly prefix: string;
}

const ttlMs = 900;
const quick = { renewMs: 100, lookMs: 50, marginMs: 200 };

function contender({ redisUrl, prefix }: Place, instance: string, running = { now: 0, most: 0 }) {
  const redis = createCommandRedis({ url: redisUrl, name: 'test' });
  const service = new Counted(running);
  const behind: (Holder | null)[] = [];
  const ahead = { ms: 0 };
  const prepared = { wait: () => Promise.resolve(), found: -1 };
  const singleton = new Singleton(
    {
      service,
      clock: systemClock,
      logger: silentLogger,
      prepare: () => prepared.wait(),
      onStandby: (holder) => behind.push(holder),
      elapsed: () => performance.now() + ahead.ms,
      lease: () =>
        new LeaderLease(redis, {
          key: `${prefix}:leader`,
          ttlMs,
          holder: { instance, host: 'hall', pid: 7 },
        }),
    },
    quick,
  );
  onTestFinished(async () => {
    await singleton.stop();
    closeRedis(redis);
  });
  return { singleton, service, behind, ahead, prepared };
}

describe('a singleton', () => {
  it('runs in the first process, and the second stands by and knows behind whom', async ({
    redisUrl,
    prefix,
  }) => {
    const running = { now: 0, most: 0 };
    const a = contender({ redisUrl, prefix }, 'a', running);
    const b = contender({ redisUrl, prefix }, 'b', running);
    await a.singleton.start();
    await b.singleton.start();
    expect([a.singleton.holds(), b.singleton.holds(), running.now]).toEqual([true, false, 1]);
    expect([b.singleton.state, b.service.state]).toEqual(['ready', 'idle']);
    expect(b.behind).toEqual([{ instance: 'a', host: 'hall', pid: 7 }]);
  });

  it('is handed over at an orderly stop, and never runs twice', async ({ redisUrl, prefix }) => {
    const running = { now: 0, most: 0 };
    const a = contender({ redisUrl, prefix }, 'a', running);
    const b = contender({ redisUrl, prefix }, 'b', running);
    await a.singleton.start();
    await b.singleton.start();
    await a.singleton.stop();
    await eventually(() => b.singleton.holds());
    expect(running).toEqual({ now: 1, most: 1 });
  });

  it('fails with what it runs, and leaves the lease to another', async ({ redisUrl, prefix }) => {
    const a = contender({ redisUrl, prefix }, 'a');
    const b = contender({ redisUrl, prefix }, 'b');
    await a.singleton.start();
    await b.singleton.start();
    a.service.breakDown();
    expect(a.singleton.state).toBe('failed');
    await eventually(() => b.singleton.holds());
  });

  it('does not start when what it runs does not', async ({ redisUrl, prefix }) => {
    const a = contender({ redisUrl, prefix }, 'a');
    a.service.broken = true;
    await expect(a.singleton.start()).rejects.toMatchObject({ message: 'no luck' });
  });

  it('knows by itself that it may no longer be the one, before anybody could have followed it', async ({
    redisUrl,
    prefix,
  }) => {
    const a = contender({ redisUrl, prefix }, 'a');
    await a.singleton.start();
    a.ahead.ms = ttlMs - quick.marginMs;
    expect(a.singleton.holds()).toBe(false);
    // The next renewal is asked for by the same clock, so it is trusted again.
    await eventually(() => a.singleton.holds());
  });

  it('asks for the lease only when it is prepared', async ({ redis, redisUrl, prefix }) => {
    const { singleton, prepared } = contender({ redisUrl, prefix }, 'a');
    prepared.wait = async () => {
      prepared.found = await redis.exists(`${prefix}:leader`);
    };
    await singleton.start();
    expect([prepared.found, singleton.holds()]).toEqual([0, true]);
  });

  it('runs everywhere where nothing is shared', async () => {
    const service = new Counted({ now: 0, most: 0 });
    const singleton = new Singleton({
      ...{ service, clock: systemClock, logger: silentLogger },
      ...{ lease: () => null, onStandby: () => undefined },
    });
    await singleton.start();
    expect([singleton.holds(), service.state]).toEqual([true, 'ready']);
    await singleton.stop();
    expect(service.state).toBe('stopped');
  });
});

describe('while its Redis is away', () => {
  async function leading(redisUrl: string, prefix: string) {
    const { proxy, url } = await TcpProxy.before(redisUrl, 6379);
    onTestFinished(() => proxy.close());
    const a = contender({ redisUrl: url, prefix }, 'a');
    await a.singleton.start();
    proxy.mode = 'refuse';
    proxy.freeze();
    await eventually(() => !a.singleton.holds());
    return { ...a, proxy };
  }

  it('a singleton goes on, does not trust its lease, and leads again when Redis is back', async ({
    redisUrl,
    prefix,
  }) => {
    const { singleton, service, proxy, behind } = await leading(redisUrl, prefix);
    expect(service.state).toBe('ready');
    proxy.mode = 'pass';
    // A half-open connection is noticed after 5 s, and made anew.
    await eventually(() => singleton.holds());
    expect([service.state, behind]).toEqual(['ready', []]);
  });

  it('a singleton that was followed by another ends when it learns of it', async ({ redisUrl, prefix }) => {
    const { singleton, service, proxy } = await leading(redisUrl, prefix);
    const b = contender({ redisUrl, prefix }, 'b');
    await b.singleton.start();
    await eventually(() => b.singleton.holds());
    proxy.mode = 'pass';
    await eventually(() => service.state === 'stopped');
    expect([singleton.holds(), singleton.state]).toEqual([false, 'ready']);
  });
});
