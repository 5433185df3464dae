// The stall watch on a real Redis and real files: what it sees, what it sends once, and what it leaves alone.
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { SwarmError } from '../../../src/core/errors.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { stallConfigSchema } from '../../../src/pipeline/stall/config.ts';
import { lastCommit, makeEvidence } from '../../../src/pipeline/stall/evidence.ts';
import { isNudge } from '../../../src/pipeline/stall/nudge.ts';
import { noPace } from '../../../src/pipeline/stall/pace.ts';
import { newWatch } from '../../../src/pipeline/stall/record.ts';
import { createStallWatch } from '../../../src/pipeline/stall/stall-watch.ts';
import { createWatchStore } from '../../../src/pipeline/stall/store.ts';
import { createGasStore } from '../../../src/pipeline/store.ts';
import { gasConfigSchema } from '../../../src/pipeline/words/config.ts';
import { ownTemplates } from '../../../src/pipeline/words/own.ts';
import { runOn } from '../../support/runs.ts';
import { layDown, record, take } from './orders.ts';
import { eventually, it, type Rig } from './rig.ts';

const minute = 60_000;

/** Looks by the sweep each minute, as the fleet does. */
async function pass(rig: Rig, minutes: number): Promise<void> {
  for (let i = 0; i < minutes; i += 1) {
    rig.advance(minute);
    await rig.pipeline.work.sweep();
  }
}

/** As an agent does that lives by the clock of the rig, so many minutes ahead of ours. */
async function writeLater(rig: Rig, agent: string, status: object, minutes: number): Promise<void> {
  const later = new Date(Date.now() + minutes * minute);
  await rig.write(agent, status);
  await utimes(rig.path(agent, 'status.json'), later, later);
}

async function viewOf(rig: Rig, id: string) {
  const view = (await rig.pipeline.directory.agents()).find(({ agent }) => agent === id);
  if (!view) throw new Error(`no ${id}`);
  return view;
}

async function nudges(rig: Rig, to: string) {
  const { deliveries } = await rig.pipeline.directory.deliveries(100);
  return deliveries.filter(({ gas }) => isNudge(gas) && gas.to === to);
}

describe('a silent agent', () => {
  it('is nudged once, in its own inbox, and told of as an alert', async ({ rig }) => {
    await rig.write('A', { current_mission: 'Map', progress: 40 });
    await rig.pipeline.work.sweep();
    await pass(rig, 50);
    await layDown(rig);
    expect(await nudges(rig, 'A')).toHaveLength(1);
    const [name] = await rig.inbox('A');
    expect(await readFile(rig.path('A', 'inbox', name ?? ''), 'utf8')).toContain('# Nudge: A');
    await rig.pipeline.stalls.refresh();
    expect(rig.pipeline.stalls.stalls()).toMatchObject([{ agent: 'A', kind: 'quiet' }]);
    // Another process, which looked at nothing, has the same alert.
    await rig.twin.stalls.refresh();
    expect(rig.twin.stalls.stalls()).toMatchObject([{ agent: 'A', kind: 'quiet' }]);
  });

  it('is no alert any more once it has told of its work, before anybody looks again', async ({ rig }) => {
    const troubles = async () => {
      await rig.pipeline.stalls.refresh();
      return rig.pipeline.stalls.stalls().map(({ agent, kind }) => `${agent}: ${kind}`);
    };
    for (const agent of ['A', 'B'])
      await rig.pipeline.progress.report({ agent, mission: 'Map', percent: 40 });
    await rig.pipeline.work.sweep();
    await pass(rig, 20);
    expect(await troubles()).toEqual(['A: quiet', 'B: quiet']);
    rig.advance(minute);
    await rig.pipeline.progress.report({ agent: 'A', mission: 'Map', percent: 41 });
    expect(await troubles()).toEqual(['B: quiet']);
    await rig.pipeline.work.sweep();
    expect(await troubles()).toEqual(['B: quiet']);
  });

  it('is unknown, with its last sign, until it shows another', async ({ rig }) => {
    await rig.write('A', { current_mission: 'Map', progress: 40 });
    await rig.pipeline.work.sweep();
    expect((await viewOf(rig, 'A')).watch.silentSince).toBeNull();
    await pass(rig, 20);
    const { watch } = await viewOf(rig, 'A');
    expect(watch).toMatchObject({ tier: 'warn', silentSince: expect.any(Number) });
    expect(watch.signs.map(({ source }) => source)).toEqual(
      expect.arrayContaining(['heartbeat', 'progress']),
    );
    await writeLater(rig, 'A', { current_mission: 'Map', progress: 41 }, 20);
    await rig.pipeline.work.sweep();
    expect((await viewOf(rig, 'A')).watch).toMatchObject({ tier: 'none', silentSince: null });
  });

  it('is left alone in its files: the watch reads, and writes none of them', async ({ rig }) => {
    await rig.write('A', { current_mission: 'Map', progress: 40, waiting_for: 'C' });
    const before = await stat(rig.path('A', 'status.json'));
    await rig.pipeline.work.sweep();
    await pass(rig, 40);
    const after = await stat(rig.path('A', 'status.json'));
    expect([after.mtimeMs, after.ino]).toEqual([before.mtimeMs, before.ino]);
  });
});

describe('a crash', () => {
  it('after a nudge was decided, and before it was known to be sent, makes no second one', async ({
    rig,
  }) => {
    await rig.write('A', { current_mission: 'Map', progress: 40 });
    await rig.pipeline.work.sweep();
    await pass(rig, 29);
    // The queue takes nothing at the moment of the nudge: it is owed, as after a kill at that line.
    rig.jobs.failNext = 1_000;
    rig.advance(2 * minute);
    await rig.pipeline.work.sweep().catch((thrown: unknown) => expect(thrown).toBeInstanceOf(SwarmError));
    rig.jobs.failNext = 0;
    // Two processes take up what the first has left behind.
    await Promise.all([rig.twin.work.sweep(), rig.pipeline.work.sweep()]);
    await rig.twin.work.sweep();
    await layDown(rig);
    expect(await nudges(rig, 'A')).toHaveLength(1);
    expect(await rig.inbox('A')).toHaveLength(1);
  });

  it('of the whole platform is no reason to nudge again', async ({ rig }) => {
    await rig.write('A', { current_mission: 'Map', progress: 40 });
    await rig.pipeline.work.sweep();
    await pass(rig, 40);
    await layDown(rig);
    rig.advance(5 * 60 * minute);
    for (let i = 0; i < 60; i += 1) {
      rig.advance(minute);
      await rig.twin.work.sweep();
    }
    expect(await nudges(rig, 'A')).toHaveLength(1);
  });
});

describe('evidence', () => {
  it('of commits is the reflog, where only what was committed counts', async ({ rig }) => {
    const folder = rig.path('A', 'work');
    await mkdir(folder, { recursive: true });
    const env = {
      ...process.env,
      GIT_COMMITTER_DATE: '1700000000 +0100',
      GIT_AUTHOR_DATE: '1700000000 +0100',
    };
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
        cwd: folder,
        env,
        stdio: 'pipe',
      });
    git('init', '-q', '-b', 'main');
    expect(await lastCommit(folder).catch(() => null)).toBeNull();
    git('commit', '-q', '--allow-empty', '-m', 'one');
    expect(await lastCommit(folder)).toBe(1_700_000_000_000);
    env.GIT_COMMITTER_DATE = '1700009999 +0100';
    git('checkout', '-q', '-b', 'other');
    expect(await lastCommit(folder)).toBe(1_700_000_000_000);
    git('worktree', 'add', '-q', join(folder, 'linked'), '-b', 'linked');
    env.GIT_COMMITTER_DATE = '1700000500 +0100';
    execFileSync(
      'git',
      ['-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-q', '--allow-empty', '-m', 'two'],
      {
        cwd: join(folder, 'linked'),
        env,
      },
    );
    expect(await lastCommit(join(folder, 'linked'))).toBe(1_700_000_500_000);
  });

  it('of an inbox is the receiver’s own word, which breaks the silence', async ({ rig }) => {
    await rig.write('A', { current_mission: 'Map', progress: 40 });
    await rig.pipeline.work.sweep();
    await pass(rig, 35);
    await layDown(rig);
    await take(rig, 'A');
    await rig.pipeline.work.sweep();
    await rig.pipeline.work.sweep();
    const { watch } = await viewOf(rig, 'A');
    expect(watch.signs.map(({ source }) => source)).toContain('inbox');
    expect(watch).toMatchObject({ tier: 'none' });
  });
});

describe('an agent that waits', () => {
  it('for a live one is not stalled, and is when that one falls silent too', async ({ rig }) => {
    await rig.write('A', { current_mission: 'Map', progress: 40, waiting_for: 'B' });
    await rig.write('B', { current_mission: 'Scan', progress: 10 });
    await rig.pipeline.work.sweep();
    for (let i = 1; i <= 5; i += 1) {
      await pass(rig, 10);
      await writeLater(rig, 'B', { current_mission: 'Scan', progress: 10 + i }, 10 * i);
    }
    await rig.pipeline.work.sweep();
    expect((await viewOf(rig, 'A')).watch).toMatchObject({ waitsFor: 'B', tier: 'none', silentSince: null });
    await pass(rig, 60);
    expect((await viewOf(rig, 'A')).watch).toMatchObject({ waitsFor: null });
    expect((await viewOf(rig, 'A')).watch.tier).not.toBe('none');
  });
});

describe('its process', () => {
  it('is a sign while it runs, and none when it does not or is no number', async ({ rig }) => {
    const agent = { id: 'A', statusFile: rig.path('A', 'status.json'), pidFile: rig.path('A', 'agent.pid') };
    const signAt = async (text: string) => {
      await writeFile(agent.pidFile, text);
      return (await makeEvidence()(agent, 5)).processAt;
    };
    expect(await signAt(`${process.pid}\n`)).toBe(5);
    expect(await signAt('4194305')).toBeNull();
    expect(await signAt('-1')).toBeNull();
  });
});

describe('what is owed', () => {
  it('is done by whoever looks next, when its process died before it did anything', async ({
    redis,
    prefix,
  }) => {
    const watches = createWatchStore({ redis, logger: silentLogger }, { prefix });
    const store = createGasStore({ redis, logger: silentLogger }, { prefix });
    const agents = [{ id: 'A', statusFile: '/nowhere' }];
    const stall = stallConfigSchema.parse({});
    const clock = { now: () => now };
    let now = Date.UTC(2026, 0, 5);
    const done: string[] = [];
    const watch = (perform: () => Promise<'done'>) =>
      createStallWatch({ store, watches, clock, logger: silentLogger, perform }, { agents, stall });
    const mission = { epoch: 1, epochAt: now, name: 'm' };
    const run = runOn('A', mission, { percent: 1, maxPercent: 1, seenAt: now });
    await store.saveRun({ version: 0, value: null }, run, []);
    // Never settles, as a process that was killed there.
    const killed = watch(() => new Promise(() => undefined));
    const next = watch(async () => {
      done.push('once');
      return 'done';
    });
    for (let i = 0; i <= 14; i += 1) {
      await next.look();
      now += minute;
    }
    void killed.look();
    await eventually(async () => (await watches.one('A')).value?.owed.length === 1);
    await next.look();
    await next.look();
    expect(done).toEqual(['once']);
    expect((await watches.one('A')).value).toMatchObject({ tier: 'warn', owed: [] });
  });
});

describe('the gas of a silent agent', () => {
  const auto = it.extend({
    options: { stall: stallConfigSchema.parse({ reassign: 'auto' }), ackTimeoutMs: 24 * 60 * minute },
  });

  auto('goes to another, all that lies there, each piece once', async ({ rig }) => {
    await rig.write('B', { current_mission: 'Scan', progress: 10 });
    for (const progress of [76, 91]) {
      await rig.write('A', { current_mission: 'Map', progress });
      await rig.pipeline.work.sweep();
      await layDown(rig);
    }
    for (let at = 5; at <= 70; at += 5) {
      await writeLater(rig, 'C', { current_mission: 'Draw', progress: at / 5 }, at);
      await pass(rig, 5);
    }
    await layDown(rig);
    const gas = (await record(rig)).filter((one) => /^A→[BC] (75|90) /.test(one));
    expect(gas).toEqual(['A→B 75 rerouted', 'A→B 90 rerouted', 'A→C 75 sent', 'A→C 90 sent']);
    expect((await viewOf(rig, 'B')).watch).toMatchObject({ tier: 'reassign', given: 2 });
    // The nudge, which is nobody else's.
    expect(await rig.inbox('B')).toHaveLength(1);
  });
});

describe('gas by pace', () => {
  const adaptive = it.extend({
    options: { gas: { ...gasConfigSchema.parse({ adaptive: true }), templates: ownTemplates } },
  });

  adaptive(
    'goes out earlier after fast missions, and the record says why',
    async ({ rig, redis, prefix }) => {
      const watches = createWatchStore({ redis, logger: silentLogger }, { prefix });
      const fast = { ...newWatch('A', Date.now(), 0), pace: { ...noPace, past: [5, 5, 5] } };
      await watches.save({ version: 0, value: null }, fast);
      const at = (percent: number) => JSON.stringify({ current_mission: 'Map', progress: percent });
      await rig.pipeline.observe('A', at(69), Date.now());
      expect((await viewOf(rig, 'A')).nextCheckpoint).toBe(75);
      await rig.pipeline.observe('A', at(70), Date.now() + 1);
      await rig.pipeline.observe('A', at(76), Date.now() + 2);
      const { deliveries } = await rig.pipeline.directory.deliveries(10);
      expect(deliveries.map(({ gas }) => gas.checkpoint)).toEqual([75]);
      expect(deliveries[0]?.steps[0]?.detail).toBe(
        'A reached 70 % (75 % fires at 70: 5.00 % a minute at its fastest of 3 missions, and 10 min of lead are wanted)',
      );
    },
  );
});
