// A report is stored over what this process knows of the run, which is not read first: what another process, a person or a lost
// Redis has made of the run meanwhile must stand all the same.
import { describe, expect, vi } from 'vitest';
import { silentLogger } from '../../../src/core/logger.ts';
import { newRun, type Run } from '../../../src/pipeline/run.ts';
import { createGasStore } from '../../../src/pipeline/store.ts';
import { inQueue } from '../../support/kept.ts';
import { ann, order, record } from './orders.ts';
import { it } from './rig.ts';

const report = (percent: number, seq: number) => ({ agent: 'A', mission: 'map', percent, seq });

describe('a report over a run that is known', () => {
  it('reads nothing', async ({ rig, redis }) => {
    await rig.pipeline.progress.report(report(10, 1));
    const reads = vi.spyOn(redis, 'hmget');
    const answer = await rig.pipeline.progress.report(report(20, 2));
    expect(answer).toMatchObject({ accepted: true, percent: 20, crossed: [] });
    expect(reads).not.toHaveBeenCalled();
    reads.mockRestore();
    expect((await rig.twin.directory.agents())[0]).toMatchObject({ percent: 20 });
    expect(await rig.pipeline.progress.report(report(80, 3))).toMatchObject({ crossed: [75] });
    expect(rig.jobs.of('gas.deliver')).toHaveLength(1);
  });

  it('reads nothing of it where a checkpoint is crossed either, nor the gas that it has just stored', async ({
    rig,
    redis,
    prefix,
  }) => {
    await rig.pipeline.progress.report(report(10, 1));
    const reads = vi.spyOn(redis, 'hmget');
    expect(await rig.pipeline.progress.report(report(80, 2))).toMatchObject({ crossed: [75] });
    const read = reads.mock.calls.map((call) => call.flat().slice(0, 2).map(String));
    reads.mockRestore();
    // Its receiver alone, whose mission stands in the gas.
    expect(read).toEqual([[`${prefix}:gas:runs`, 'B']]);
    expect(await record(rig)).toEqual(['A→B 75 queued']);
  });

  it('reads nothing of it where a mission begins or ends either, while nothing is learned', async ({
    rig,
    redis,
    prefix,
  }) => {
    await rig.pipeline.progress.report(report(10, 1));
    const reads = vi.spyOn(redis, 'hmget');
    const begun = await rig.pipeline.progress.report({ ...report(5, 2), mission: 'scan' });
    expect(begun).toMatchObject({ accepted: true, epoch: 2, percent: 5, crossed: [] });
    expect(reads).not.toHaveBeenCalled();
    const ended = await rig.pipeline.progress.report({ ...report(100, 3), mission: 'scan' });
    expect(ended).toMatchObject({ epoch: 2, crossed: [75, 90, 100] });
    const read = reads.mock.calls.map((call) => call.flat().slice(0, 2).map(String));
    reads.mockRestore();
    expect(read).toEqual([[`${prefix}:gas:runs`, 'B']]);
  });

  it('begins no mission again that another process has seen begin', async ({ rig }) => {
    await rig.pipeline.progress.report(report(10, 1));
    await rig.twin.progress.report({ ...report(80, 2), mission: 'scan' });
    const answer = await rig.pipeline.progress.report({ ...report(85, 3), mission: 'scan' });
    expect(answer).toMatchObject({ accepted: true, epoch: 2, crossed: [] });
    expect(await record(rig)).toEqual(['A→B 75 queued']);
  });

  it('asks no brain for an agent that hands over to nobody', async ({ rig, redis, prefix }) => {
    const asked = vi.spyOn(redis, 'get');
    expect(await rig.pipeline.progress.report({ ...report(80, 1), agent: 'C' })).toMatchObject({
      crossed: [75],
    });
    expect(asked).not.toHaveBeenCalledWith(`${prefix}:brain:version`);
    await rig.pipeline.progress.report(report(80, 1));
    expect(asked).toHaveBeenCalledWith(`${prefix}:brain:version`);
    asked.mockRestore();
  });

  it('crosses no checkpoint again that another process has seen crossed', async ({ rig }) => {
    await rig.pipeline.progress.report(report(10, 1));
    expect(await rig.twin.progress.report(report(80, 2))).toMatchObject({ crossed: [75] });
    expect(await rig.pipeline.progress.report(report(92, 3))).toMatchObject({ crossed: [90] });
    expect(await record(rig)).toEqual(['A→B 75 queued', 'A→B 90 queued']);
  });

  it('is held where a person has paused it in another process', async ({ rig }) => {
    await rig.pipeline.progress.report(report(10, 1));
    await rig.twin.control['gas.pause'](order(), { agent: 'A', ...ann });
    expect(await rig.pipeline.progress.report(report(80, 2))).toMatchObject({ crossed: [75] });
    expect(await record(rig)).toEqual(['A→B 75 held']);
    expect(rig.jobs.of('gas.deliver')).toEqual([]);
  });

  it('teaches nothing where it is late, though this process does not know that', async ({ rig }) => {
    await rig.pipeline.progress.report(report(80, 1));
    await rig.twin.progress.report({ agent: 'A', mission: 'scan', percent: 5, seq: 9 });
    const last = { ...report(100, 2), done: ['map of the harbour'] };
    expect(await rig.pipeline.progress.report(last)).toMatchObject({ accepted: false, reason: 'late' });
    expect(await rig.pipeline.brain.search('harbour', 5)).toEqual([]);
  });

  it('leaves gas alone that another process has laid down meanwhile', async ({ rig }) => {
    await rig.pipeline.progress.report(report(10, 1));
    const add = vi.spyOn(rig.jobs, 'add').mockImplementationOnce(async ({ correlationId }) => {
      await rig.twin.ledger.record(correlationId, { state: 'sent', detail: 'inbox' });
      return inQueue;
    });
    await rig.pipeline.progress.report(report(80, 2));
    expect(add).toHaveBeenCalled();
    expect(await record(rig)).toEqual(['A→B 75 sent']);
  });

  it('goes on from what another process has stored since', async ({ rig }) => {
    await rig.pipeline.progress.report(report(10, 1));
    expect(await rig.twin.progress.report(report(80, 2))).toMatchObject({ crossed: [75] });
    expect(await rig.pipeline.progress.report(report(85, 3))).toMatchObject({ accepted: true, crossed: [] });
    expect(await rig.twin.progress.report(report(95, 4))).toMatchObject({ crossed: [90] });
    expect(rig.jobs.of('gas.deliver')).toHaveLength(2);
  });

  it('is late where another process took a later one', async ({ rig }) => {
    await rig.pipeline.progress.report(report(10, 1));
    await rig.twin.progress.report(report(40, 9));
    expect(await rig.pipeline.progress.report(report(20, 2))).toMatchObject({
      ...{ accepted: false, reason: 'late', last: { seq: 9 } },
    });
    expect((await rig.twin.directory.agents())[0]).toMatchObject({ percent: 40 });
  });

  it('is taken where Redis has lost the run that was further', async ({ rig, redis, prefix }) => {
    await rig.pipeline.progress.report(report(40, 9));
    await redis.del(`${prefix}:gas:runs`);
    expect(await rig.pipeline.progress.report(report(20, 2))).toMatchObject({ accepted: true, percent: 20 });
    expect(await rig.pipeline.progress.report(report(30, 3))).toMatchObject({ accepted: true, percent: 30 });
  });

  it('never overwrites what a person mended, though its version is the same', async ({
    rig,
    redis,
    prefix,
  }) => {
    await rig.pipeline.progress.report(report(10, 1));
    const text = (await redis.hget(`${prefix}:gas:runs`, 'A')) ?? '';
    await redis.hset(`${prefix}:gas:runs`, 'A', text.replace('"maxPercent":10', '"maxPercent":99'));
    expect(await rig.pipeline.progress.report(report(80, 2))).toMatchObject({ accepted: true, crossed: [] });
    await redis.hset(`${prefix}:gas:runs`, 'A', '2 {');
    await expect(rig.pipeline.progress.report(report(81, 3))).rejects.toMatchObject({
      code: 'RECORD_UNREADABLE',
    });
  });
});

describe('many reports of one agent at one moment', () => {
  it('are all taken, and none is told as a conflict', async ({ rig }) => {
    const { progress } = rig.pipeline;
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, at) =>
        progress.report({ agent: 'A', mission: 'map', percent: at / 2 }),
      ),
    );
    expect(answers.filter(({ accepted }) => accepted)).toHaveLength(200);
    expect(rig.jobs.of('gas.deliver')).toHaveLength(2);
  });
});

describe('a run as it is written', () => {
  const marked: Run = {
    ...newRun('A'),
    mission: {
      ...{ epoch: 3, epochAt: 5, name: 'map', baseline: ['a'], settled: [75] },
      thresholds: { handover: 74, backup: 90, reason: 'it is quick' },
    },
    ...{ maxPercent: 91, percent: 90, state: 'completing', since: 7, problem: 'none' },
    ...{ seenAt: 6, writtenAt: 6, readAt: 7 },
    word: { paused: true, by: 'ada', at: 4 },
    told: { epoch: null, seq: 4, at: 6 },
    assignments: [{ key: 'B 1', meant: 'C', from: 2, epoch: null }],
  };

  for (const [name, run] of Object.entries({ 'that is new': newRun('A'), 'with all there is': marked })) {
    it(`${name} is read as it was`, async ({ redis, prefix }) => {
      const [one, other] = [0, 1].map(() => createGasStore({ redis, logger: silentLogger }, { prefix }));
      await one?.saveRun({ version: 0, value: null }, run, []);
      expect((await other?.run('A'))?.value).toEqual(run);
    });
  }

  it('leaves out what its schema adds', async ({ redis, prefix }) => {
    const store = createGasStore({ redis, logger: silentLogger }, { prefix });
    await store.saveRun({ version: 0, value: null }, newRun('A'), []);
    const text = (await redis.hget(`${prefix}:gas:runs`, 'A')) ?? '';
    for (const name of ['settled', 'word', 'told', 'thresholds', 'assignments'])
      expect(text).not.toContain(name);
  });
});
