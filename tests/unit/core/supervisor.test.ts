// How a component is kept alive: the wait before each restart, the brake, the reset, the bounded stop.
import { describe, expect, it } from 'vitest';
import { Service } from '../../../src/core/service.ts';
import { type ComponentEvent, type ComponentState, Supervisor } from '../../../src/core/supervisor.ts';
import { createGate } from './gate.ts';
import { ManualClock } from './manual-clock.ts';

/** A service whose luck the test decides. */
class Fickle extends Service {
  starts = 0;
  luck: 'good' | 'bad' | Promise<void> = 'good';
  stuck: Promise<void> = Promise.resolve();

  constructor(name: string, given: { readonly hard?: boolean; readonly dependsOn?: readonly string[] } = {}) {
    super({ name, ...given, stopTimeoutMs: 30_000 });
  }

  protected async onStart(): Promise<void> {
    this.starts += 1;
    this.release(() => this.stuck);
    if (this.luck === 'bad') throw new Error(`no luck ${this.starts}`);
    if (this.luck !== 'good') await this.luck;
  }

  die(): void {
    this.fail(new Error('the child died'));
  }
}

const soft = { hard: false };
/** Lets everything run that waits for no time. */
const settle = async () => {
  for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
};

function world(parts: readonly Fickle[], random = () => 1) {
  const clock = new ManualClock();
  const events: ComponentEvent[] = [];
  const braked: ComponentState[] = [];
  const supervisor = new Supervisor(
    parts.map((service) => ({ service })),
    {
      clock,
      random,
      onEvent: (event) => void events.push(event),
      onBrake: (component) => void braked.push(component),
    },
  );
  const names = () => events.map(({ component, event }) => `${component} ${event}`);
  const waits = () =>
    events.flatMap((event) =>
      event.event === 'failed' && event.retryInMs !== null ? [event.retryInMs] : [],
    );
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settle();
  };
  const viewOf = (name: string) => supervisor.components().find((view) => view.name === name);
  return { supervisor, clock, events, names, waits, braked, pass, viewOf };
}

/** Lets it fail until the brake opens. */
async function crashLoop() {
  const part = new Fickle('watcher', soft);
  part.luck = 'bad';
  const here = world([part]);
  await here.supervisor.start();
  await settle();
  for (let step = 0; step < 10; step += 1) await here.pass(10_000);
  return { part, ...here };
}

describe('a soft component that does not start', () => {
  it('is started again, and the platform is up meanwhile', async () => {
    const part = new Fickle('watcher', soft);
    part.luck = 'bad';
    const { supervisor, pass, names, viewOf } = world([part]);
    await supervisor.start();
    await settle();
    expect(viewOf('watcher')).toEqual({
      name: 'watcher',
      state: 'failed',
      hard: false,
      restarts: 0,
      braked: false,
      error: 'no luck 1',
    });
    part.luck = 'good';
    await pass(500);
    expect(viewOf('watcher')).toMatchObject({ state: 'ready', restarts: 1, error: 'no luck 1' });
    expect(names()).toEqual(['watcher failed', 'watcher restarting', 'watcher ready']);
  });

  it('waits twice as long after each failure', async () => {
    expect((await crashLoop()).waits()).toEqual([500, 1_000, 2_000, 4_000]);
  });

  it('waits between half of that and all of it, as chance will have it', async () => {
    const part = new Fickle('watcher', soft);
    part.luck = 'bad';
    const { supervisor, waits } = world([part], () => 0);
    await supervisor.start();
    await settle();
    expect(waits()).toEqual([250]);
  });

  it('is not started before its time', async () => {
    const part = new Fickle('watcher', soft);
    part.luck = 'bad';
    const { supervisor, pass } = world([part]);
    await supervisor.start();
    await settle();
    await pass(499);
    expect(part.starts).toBe(1);
    await pass(1);
    expect(part.starts).toBe(2);
  });

  it('is not started any more when all is stopped', async () => {
    const part = new Fickle('watcher', soft);
    part.luck = 'bad';
    const { supervisor, pass, viewOf } = world([part]);
    await supervisor.start();
    await settle();
    await supervisor.stop();
    await pass(60_000);
    expect([part.starts, viewOf('watcher')?.state]).toEqual([1, 'stopped']);
  });
});

describe('the crash-loop brake', () => {
  it('opens at the fifth crash inside the window, and tells so once', async () => {
    const { part, braked, names, viewOf } = await crashLoop();
    expect(part.starts).toBe(5);
    expect(names().filter((name) => name === 'watcher failed')).toHaveLength(5);
    expect(names().filter((name) => name === 'watcher braked')).toHaveLength(1);
    expect(braked).toEqual([
      { name: 'watcher', state: 'failed', hard: false, restarts: 4, braked: true, error: 'no luck 5' },
    ]);
    expect(viewOf('watcher')).toMatchObject({ braked: true, state: 'failed', error: 'no luck 5' });
  });

  it('is not opened by crashes that are further apart than the window', async () => {
    const part = new Fickle('api');
    const { supervisor, pass, braked, waits } = world([part]);
    await supervisor.start();
    for (let crash = 0; crash < 10; crash += 1) {
      part.die();
      await settle();
      await pass(20_000);
      expect(part.state).toBe('ready');
    }
    expect([braked, Math.max(...waits())]).toEqual([[], 2_000]);
  });

  it('also counts crashes that come after each ready', async () => {
    const part = new Fickle('api');
    const { supervisor, pass, braked } = world([part]);
    await supervisor.start();
    for (let crash = 0; crash < 5; crash += 1) {
      part.die();
      await settle();
      await pass(5_000);
    }
    expect([part.starts, braked.map(({ name }) => name)]).toEqual([5, ['api']]);
  });

  it('is closed by a reset, which starts the component with a new budget', async () => {
    const { part, supervisor, viewOf, names, pass } = await crashLoop();
    part.luck = 'good';
    expect(await supervisor.reset('watcher')).toBe(true);
    expect(viewOf('watcher')).toMatchObject({ braked: false, state: 'ready' });
    expect(names().slice(-3)).toEqual(['watcher reset', 'watcher restarting', 'watcher ready']);
    part.die();
    await settle();
    await pass(500);
    expect(viewOf('watcher')).toMatchObject({ braked: false, state: 'ready' });
  });

  it('opens again, and tells so again, when nothing was mended before the reset', async () => {
    const { supervisor, braked, pass } = await crashLoop();
    await expect(supervisor.reset('watcher')).rejects.toThrow('no luck 6');
    for (let step = 0; step < 10; step += 1) await pass(10_000);
    expect(braked).toHaveLength(2);
  });

  it('has nothing to do with a reset of a healthy component', async () => {
    const part = new Fickle('api');
    const { supervisor } = world([part]);
    await supervisor.start();
    expect(await supervisor.reset('api')).toBe(false);
    expect(part.starts).toBe(1);
  });

  it('does not keep the others from stopping', async () => {
    const { supervisor, viewOf } = await crashLoop();
    expect(await supervisor.stop()).toEqual([]);
    expect(viewOf('watcher')?.state).toBe('stopped');
  });
});

describe('a hard component', () => {
  it('fails the start of the whole when it does not start the first time', async () => {
    const [api, redis] = [new Fickle('api', { dependsOn: ['redis'] }), new Fickle('redis')];
    api.luck = 'bad';
    const { supervisor, pass } = world([api, redis]);
    await expect(supervisor.start()).rejects.toThrow('no luck 1');
    await pass(60_000);
    expect([api.starts, api.state, redis.state]).toEqual([1, 'stopped', 'stopped']);
  });

  it('is started again when it fails later, while what depends on it stays up', async () => {
    const [api, redis] = [new Fickle('api', { dependsOn: ['redis'] }), new Fickle('redis')];
    const { supervisor, pass } = world([api, redis]);
    await supervisor.start();
    redis.die();
    await settle();
    expect([redis.state, api.state]).toEqual(['failed', 'ready']);
    await pass(500);
    expect([redis.starts, redis.state, api.starts]).toEqual([2, 'ready', 1]);
  });
});

describe('a restart by hand', () => {
  it('stops and starts the one component', async () => {
    const [api, redis] = [new Fickle('api', { dependsOn: ['redis'] }), new Fickle('redis')];
    const { supervisor } = world([api, redis]);
    await supervisor.start();
    await supervisor.restart('redis');
    expect([redis.starts, redis.state, api.starts, api.state]).toEqual([2, 'ready', 1, 'ready']);
  });

  it('rejects with what the start met, and the component is tried again', async () => {
    const api = new Fickle('api');
    const { supervisor, pass } = world([api]);
    await supervisor.start();
    api.luck = 'bad';
    await expect(supervisor.restart('api')).rejects.toThrow('no luck 2');
    api.luck = 'good';
    await pass(500);
    expect(api.state).toBe('ready');
  });

  it('comes before the one that waits for its time, and leaves one service running', async () => {
    const api = new Fickle('api');
    const { supervisor, pass } = world([api]);
    await supervisor.start();
    api.die();
    await settle();
    await supervisor.restart('api');
    await pass(60_000);
    expect([api.starts, api.state]).toEqual([2, 'ready']);
  });

  it('is done twice for two orders, one after the other', async () => {
    const api = new Fickle('api');
    const { supervisor } = world([api]);
    await supervisor.start();
    await Promise.all([supervisor.restart('api'), supervisor.restart('api')]);
    expect([api.starts, api.state]).toEqual([3, 'ready']);
  });

  it('closes the brake', async () => {
    const { part, supervisor, viewOf } = await crashLoop();
    part.luck = 'good';
    await supervisor.restart('watcher');
    expect(viewOf('watcher')).toMatchObject({ braked: false, state: 'ready' });
  });

  it('gives way to a stop of the whole', async () => {
    const api = new Fickle('api');
    const gate = createGate();
    api.stuck = gate.passed;
    const { supervisor } = world([api]);
    await supervisor.start();
    const restarting = supervisor.restart('api').catch((thrown: { code: string }) => thrown.code);
    const stopping = supervisor.stop();
    gate.open();
    expect([await restarting, await stopping, api.starts, api.state]).toEqual(['ABORTED', [], 1, 'stopped']);
  });

  it.each(['restart', 'reset'] as const)(
    'names the components there are for one there is not: %s',
    async (act) => {
      const { supervisor } = world([new Fickle('api'), new Fickle('redis')]);
      await expect(supervisor[act]('apo')).rejects.toMatchObject({
        code: 'COMPONENT_UNKNOWN',
        kind: { class: 'not-found' },
        message: 'there is no component apo; there are api, redis',
      });
    },
  );
});

describe('the stop of the whole', () => {
  it('is bounded: at the deadline what is left is told to stop at once, and what hangs is named', async () => {
    const hanging = new Fickle('workers', { dependsOn: ['redis'] });
    const redis = new Fickle('redis');
    hanging.stuck = new Promise(() => undefined);
    const { supervisor, pass, names } = world([hanging, redis]);
    await supervisor.start();
    const stopping = supervisor.stop(5_000);
    await settle();
    expect(redis.state).toBe('ready');
    await pass(5_000);
    expect(redis.state).toBe('stopped');
    await pass(2_000);
    expect(await stopping).toEqual([
      { component: 'workers', error: expect.objectContaining({ code: 'STOP_TIMED_OUT' }) },
    ]);
    expect(names().slice(-1)).toEqual(['redis stopped']);
  });

  it('tells what could not be released, and stops the others', async () => {
    const [api, redis] = [new Fickle('api', { dependsOn: ['redis'] }), new Fickle('redis')];
    const { supervisor } = world([api, redis]);
    await supervisor.start();
    api.stuck = Promise.reject(new Error('stuck'));
    api.stuck.catch(() => undefined);
    const givenUp = await supervisor.stop();
    expect(givenUp.map(({ component, error }) => `${component}: ${error.message}`)).toEqual(['api: stuck']);
    expect(redis.state).toBe('stopped');
  });

  it('is one for two calls', async () => {
    const { supervisor } = world([new Fickle('api')]);
    await supervisor.start();
    expect(supervisor.stop()).toBe(supervisor.stop());
  });
});
