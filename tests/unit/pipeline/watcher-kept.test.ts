// The watcher of the agents' folders is a soft part: what it cannot do now, its supervisor tries again.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FSWatcher } from 'chokidar';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { type Logger, silentLogger } from '../../../src/core/logger.ts';
import { Supervisor } from '../../../src/core/supervisor.ts';
import { GasWatcher } from '../../../src/pipeline/progress/watch.ts';
import { patienceMs } from '../../support/patience.ts';

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

const nothing = () => Promise.resolve();

interface Given {
  readonly logger?: Logger;
  readonly rounds?: Partial<ConstructorParameters<typeof GasWatcher>[0]['rounds']>;
}

async function keep(
  agents: ConstructorParameters<typeof GasWatcher>[1],
  { logger = silentLogger, rounds = {} }: Given = {},
) {
  const events: string[] = [];
  const watcher = new GasWatcher(
    { rounds: { status: nothing, done: nothing, all: nothing, ...rounds }, clock: systemClock, logger },
    agents,
  );
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

it.each([
  ['a file', (path: string) => writeFile(path, '{}')],
  ['a pipe', async (path: string) => void execFileSync('mkfifo', [path])],
  ['a folder', (path: string) => mkdir(path)],
])('looks again when %s in the place of a status goes', async (_, make) => {
  given.faults = [];
  const path = join(dir, 'status.json');
  await make(path);
  const read: string[] = [];
  const { supervisor } = await keep(agents(), { rounds: { status: async (id) => void read.push(id) } });
  // It looks twice at whatever happens.
  await expect.poll(() => read.length, { timeout: patienceMs }).toBe(2);
  await rm(path, { recursive: true });
  await expect.poll(() => read.length, { timeout: patienceMs }).toBeGreaterThan(2);
  await supervisor.stop();
});

it('tells the faults of each agent apart, each once, and its end when it is over', async () => {
  given.faults = [];
  const said: string[] = [];
  const read: string[] = [];
  const note = (facts: object) =>
    void said.push(
      'fault' in facts ? `${Object.values(facts).join(': ')}` : `over: ${Object.values(facts)[0]}`,
    );
  const noting = (what: string) => async (id: string) => void read.push(`${what} ${id}`);
  const blocked = join(dir, 'blocked');
  await writeFile(blocked, 'in the way');
  const two = ['A', 'B'].map((id) => ({
    id,
    statusFile: join(dir, id, 'status.json'),
    inbox: join(dir, id, 'inbox'),
  }));
  const [a, b] = two.map((agent) => (agent.id === 'A' ? { ...agent, inbox: join(blocked, 'inbox') } : agent));
  if (!a || !b) throw new TypeError('two are two');
  await Promise.all(two.map(({ id }) => mkdir(join(dir, id))));
  const { supervisor } = await keep([a, b], {
    logger: { ...silentLogger, warn: note, info: note, child: silentLogger.child },
    rounds: {
      done: noting('done'),
      status: async (id) => {
        read.push(`status ${id}`);
        if (id === 'B' && read.filter((one) => one === 'status B').length === 1) throw lost();
      },
    },
  });
  const ofA = `inbox of A: ENOTDIR: not a directory, mkdir '${join(blocked, 'inbox', 'done')}'`;
  await writeFile(b.statusFile, '{}');
  // The second look of each, or the retry, is the last that could have said something.
  await expect.poll(() => said).toEqual([ofA, 'status of B: away', 'over: status of B']);
  await writeFile(a.statusFile, '{}');
  await expect.poll(() => read.filter((one) => one === 'status A').length).toBeGreaterThanOrEqual(2);
  expect(said).toHaveLength(3);
  await rm(blocked);
  await writeFile(a.statusFile, '{"progress": 1}');
  await expect.poll(() => said.slice(3)).toEqual(['over: inbox of A']);
  await writeFile(join(a.inbox, 'done', 'gas.md'), '');
  await expect.poll(() => read).toContain('done A');
  await supervisor.stop();
});
const lost = () => new SwarmError(coreErrors.redisUnavailable, 'away');
