// The reset of a braked part over several processes, with real supervisors that meet over a real Redis.
import { describe, expect, onTestFinished } from 'vitest';
import { ComponentResets } from '../../../src/app/component-resets.ts';
import { createPresence, createSystemDirectory } from '../../../src/app/presence.ts';
import type { ProcessView } from '../../../src/contracts/system.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { closeRedis, createCommandRedis } from '../../../src/core/redis.ts';
import { Registry } from '../../../src/core/registry/index.ts';
import { Service } from '../../../src/core/service.ts';
import { Supervisor } from '../../../src/core/supervisor.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { process as processView } from '../../unit/commands/ports.ts';

class Lucky extends Service {
  luck: boolean;

  constructor(name: string, luck: boolean) {
    super({ name, hard: false });
    this.luck = luck;
  }

  protected onStart(): Promise<void> {
    return this.luck ? Promise.resolve() : Promise.reject(new Error('no luck'));
  }
}

class RedisPart extends Service {
  constructor() {
    super({ name: 'redis' });
  }

  protected onStart(): Promise<void> {
    return Promise.resolve();
  }
}

interface Place {
  readonly redisUrl: string;
  readonly prefix: string;
}

/** A process with one part, as far as a reset sees it. */
async function processWith({ redisUrl, prefix }: Place, pid: number, part: Lucky) {
  const redis = createCommandRedis({ url: redisUrl, name: 'test' });
  const view = (): ProcessView => ({
    ...processView(pid, []),
    at: Date.now(),
    components: [...supervisor.components()],
  });
  const registry = new Registry(redis, { prefix });
  const { processes } = createSystemDirectory(registry);
  const resets = new ComponentResets(
    {
      redis,
      clock: systemClock,
      logger: silentLogger,
      view,
      processes,
      reset: (component) => supervisor.reset(component),
    },
    { redisUrl, prefix },
  );
  const presence = createPresence(
    { registry, clock: systemClock, view, readiness: () => ({ status: 'ready' }) },
    { host: 'here', version: null, endpoints: {} },
  );
  const supervisor: Supervisor = new Supervisor(
    [{ service: part }, { service: new RedisPart() }, { service: presence }, { service: resets }],
    { clock: systemClock },
    { crashes: 2, initialMs: 10, maxMs: 10 },
  );
  await supervisor.start();
  onTestFinished(async () => {
    await supervisor.stop();
    closeRedis(redis);
  });
  await eventually(() => resets.state === 'ready');
  const brakedOrReady = () =>
    supervisor
      .components()
      .some(({ name, braked, state }) => name === part.name && (braked || state === 'ready'));
  await eventually(brakedOrReady);
  return { resets, supervisor, redis };
}

describe('a reset', () => {
  it('reaches the part in another process, which answers for itself', async ({ redisUrl, prefix }) => {
    const place = { redisUrl, prefix };
    const here = await processWith(place, 1, new Lucky('api', true));
    const watcher = new Lucky('watcher', false);
    await processWith(place, 2, watcher);
    watcher.luck = true;
    expect(await here.resets.reset('watcher')).toMatchObject({
      component: 'watcher',
      processes: [{ pid: 2, outcome: 'reset', state: 'ready', error: null }],
      silent: [],
      unasked: null,
    });
    expect(watcher.state).toBe('ready');
  });

  it('resets it in every process that has it, and does nothing where it is well', async ({
    redisUrl,
    prefix,
  }) => {
    const place = { redisUrl, prefix };
    const [own, other] = [new Lucky('watcher', false), new Lucky('watcher', true)];
    const here = await processWith(place, 1, own);
    await processWith(place, 2, other);
    own.luck = true;
    const { processes } = await here.resets.reset('watcher');
    expect(processes.map(({ pid, outcome, state }) => [pid, outcome, state])).toEqual([
      [1, 'reset', 'ready'],
      [2, 'not-braked', 'ready'],
    ]);
  });

  it('says what the part met when nothing was mended', async ({ redisUrl, prefix }) => {
    const here = await processWith({ redisUrl, prefix }, 1, new Lucky('watcher', false));
    const { processes } = await here.resets.reset('watcher');
    expect(processes).toMatchObject([{ outcome: 'reset', state: 'failed', error: 'no luck' }]);
  });

  it('finds nobody for a name that there is not, and knows the names of every process', async ({
    redisUrl,
    prefix,
  }) => {
    const place = { redisUrl, prefix };
    const here = await processWith(place, 1, new Lucky('api', true));
    await processWith(place, 2, new Lucky('watcher', true));
    expect(await here.resets.reset('nosuch')).toMatchObject({
      processes: [],
      silent: [],
      known: ['api', 'component-resets', 'presence', 'redis', 'watcher'],
    });
  });

  it('names a process that has spoken but does not answer', async ({ redisUrl, prefix, redis }) => {
    const here = await processWith({ redisUrl, prefix }, 1, new Lucky('api', true));
    const silent = createPresence(
      {
        registry: new Registry(redis, { prefix }),
        clock: systemClock,
        view: () => ({ ...processView(9, []), at: Date.now() }),
        readiness: () => ({ status: 'ready' }),
      },
      { host: 'here', version: null, endpoints: {} },
    );
    onTestFinished(() => silent.stop());
    await silent.start();
    expect((await here.resets.reset('api')).silent).toEqual([{ pid: 9, roles: ['workers', 'pipeline'] }]);
  });

  it('does its own part while Redis is away, and says that the others could not be asked', async ({
    redisUrl,
    prefix,
  }) => {
    const watcher = new Lucky('watcher', false);
    const here = await processWith({ redisUrl, prefix }, 1, watcher);
    here.redis.disconnect();
    watcher.luck = true;
    const answer = await here.resets.reset('watcher');
    expect(answer.processes).toMatchObject([{ outcome: 'reset', state: 'ready' }]);
    expect(answer.unasked).toMatch(/^Redis does not answer/);
  });
});
