// The watcher of the agents' folders is a soft part: what it cannot do now, its supervisor tries again.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FSWatcher } from 'chokidar';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { Supervisor } from '../../../src/core/supervisor.ts';
import { GasWatcher } from '../../../src/pipeline/progress/watch.ts';

/** What the kernel gives to the watches, in turn; after that it gives all of them. */
const given = vi.hoisted(() => ({
  faults: [] as ('throws' | 'none left')[],
  opened: [] as FSWatcher[],
}));
vi.mock('chokidar', async (original) => {
  const chokidar = await original<typeof import('chokidar')>();
  return {
    watch: (...args: Parameters<typeof chokidar.watch>) => {
      const fault = given.faults.shift();
      if (fault === 'throws') throw outOf('EMFILE');
      const watcher = chokidar.watch(...args);
      given.opened.push(watcher);
      if (fault === 'none left')
        watcher.once('ready', () => setImmediate(() => watcher.emit('error', outOf('ENOSPC'))));
      return watcher;
    },
  };
});
const outOf = (code: string) => Object.assign(new Error(`${code}: the kernel has no watch left`), { code });

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarmline-watcher-'));
  given.opened = [];
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function keep(agents: ConstructorParameters<typeof GasWatcher>[1]) {
  const events: string[] = [];
  const nothing = () => Promise.resolve();
  const rounds = { status: nothing, done: nothing, all: nothing };
  const watcher = new GasWatcher({ rounds, clock: systemClock, logger: silentLogger }, agents);
  const supervisor = new Supervisor(
    [{ service: watcher }],
    { clock: systemClock, onEvent: ({ event }) => void events.push(event) },
    { initialMs: 20, maxMs: 40 },
  );
  await supervisor.start();
  return { watcher, supervisor, events };
}
const agents = () => [{ id: 'Agent-1', statusFile: join(dir, 'status.json'), inbox: join(dir, 'inbox') }];

it('is started again when it could not begin to watch', async () => {
  given.faults = ['throws', 'throws'];
  const { watcher, supervisor, events } = await keep(agents());
  await expect.poll(() => watcher.state).toBe('ready');
  expect(events).toEqual(['failed', 'restarting', 'failed', 'restarting', 'ready']);
  await supervisor.stop();
});

it('is started again, with watches of its own anew, when the kernel ran out of them', async () => {
  given.faults = ['none left'];
  const { watcher, supervisor, events } = await keep(agents());
  await expect.poll(() => events).toEqual(['ready', 'failed', 'restarting', 'ready']);
  expect([watcher.state, given.opened.map(({ closed }) => closed)]).toEqual(['ready', [true, false]]);
  await supervisor.stop();
});

it('is ready where there is nobody to watch', async () => {
  given.faults = [];
  const { watcher, supervisor } = await keep([]);
  await expect.poll(() => watcher.state).toBe('ready');
  await supervisor.stop();
});
