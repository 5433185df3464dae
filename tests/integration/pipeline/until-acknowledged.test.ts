// The policy until-acknowledged, on real Redis: what counts as a receiver that works already, by whichever way its gas came.
import { describe, expect, vi } from 'vitest';
import type { PipelineOptions } from '../../../src/pipeline/index.ts';
import { ann, gasOf, layDown, order, record, status, take } from './orders.ts';
import { it, type Rig } from './rig.ts';

type Agents = NonNullable<PipelineOptions['chain']['agents']>;
const graph = (agents: Agents) => ({
  chain: { chain: [], end: 'stop' as const, schedules: [], policy: 'until-acknowledged' as const, agents },
});
const reach = async (rig: Rig, agent: string, percent: number, mission = 'm') => {
  await rig.pipeline.observe(agent, status(percent, mission), Date.now());
  await layDown(rig);
};
/** The receiver does what it is given, and that is seen. */
const takes = async (rig: Rig, agent: string) => {
  await take(rig, agent);
  await rig.pipeline.work.sweep();
};
const backups = async (rig: Rig) => (await record(rig)).filter((one) => one.includes(' 90 '));
const why = async ({ pipeline }: Rig) =>
  (await pipeline.directory.deliveries(1)).deliveries[0]?.steps[0]?.detail;

describe('the 90 before one receiver', () => {
  it.override({ options: graph({ A: { next: ['B'] }, C: { next: ['B'] }, B: { fallback: ['C'] } }) });

  it('is suppressed where a person gave the 75 to another, who took it', async ({ rig }) => {
    await reach(rig, 'A', 80);
    await rig.pipeline.control['gas.reassign'](order(), {
      ...{ ...ann, delivery: gasOf(rig)[0]?.id ?? '', to: 'C' },
    });
    await layDown(rig);
    await takes(rig, 'C');
    await reach(rig, 'A', 90);
    expect(await backups(rig)).toEqual(['A→B 90 suppressed']);
  });

  it('is suppressed where its agent took the 75 after it had been given to another', async ({ rig }) => {
    await rig.pipeline.observe('A', status(80), Date.now());
    const id = gasOf(rig)[0]?.id ?? '';
    await rig.pipeline.ledger.record(id, { state: 'failed', detail: 'disk full' });
    await rig.pipeline.work.sweep();
    await layDown(rig);
    await rig.pipeline.ledger.record(id, { state: 'accepted', detail: 'late' });
    await reach(rig, 'A', 90);
    expect(await record(rig)).toEqual(['A→B 75 accepted', 'A→C 75 rerouted', 'A→B 90 suppressed']);
  });

  it('is suppressed where a person sent the 75 ahead, and it was taken', async ({ rig }) => {
    await reach(rig, 'A', 10);
    await rig.pipeline.control['gas.send'](order(), { ...ann, agent: 'B', text: null });
    await layDown(rig);
    await takes(rig, 'B');
    await reach(rig, 'A', 90);
    expect(await backups(rig)).toEqual(['A→B 90 suppressed']);
  });

  it('is decided without reading again what is of others', async ({ rig, redis, prefix }) => {
    await reach(rig, 'C', 80);
    await takes(rig, 'B');
    await reach(rig, 'A', 80);
    const [ofC, ofA] = gasOf(rig).map(({ id }) => id);
    const reads = vi.spyOn(redis, 'hmget');
    await rig.pipeline.observe('A', status(92), Date.now());
    const read = reads.mock.calls.map((call) => call.flat().map(String));
    reads.mockRestore();
    const ids = read
      .filter(([hash]) => hash === `${prefix}:gas:deliveries`)
      .flatMap(([, ...fields]) => fields);
    expect(ids).toContain(ofA);
    expect(ids).not.toContain(ofC);
    expect(await backups(rig)).toEqual(['A→B 90 queued']);
  });

  it('is sent where only the 75 of a mission before was taken', async ({ rig }) => {
    await reach(rig, 'A', 80, 'before');
    await takes(rig, 'B');
    await reach(rig, 'A', 80, 'now');
    await reach(rig, 'A', 90, 'now');
    expect(await backups(rig)).toEqual(['A→B 90 sent']);
  });
});

describe('the 90 before a join of any', () => {
  it.override({ options: graph({ A: { next: ['C'] }, B: { next: ['C'] }, C: { join: 'any' } }) });

  it('is suppressed where the 75 went in the place of the first, which a person took out', async ({
    rig,
  }) => {
    for (const agent of ['A', 'B']) await rig.pipeline.observe(agent, status(80), Date.now());
    await rig.pipeline.control['gas.skip'](order(), { ...ann, agent: 'A', checkpoint: 75, reason: '' });
    await layDown(rig);
    await takes(rig, 'C');
    await reach(rig, 'B', 90);
    expect(await backups(rig)).toEqual(['B→C 90 suppressed']);
    expect(await why(rig)).toContain('C works already: C took the 75 % gas');
  });

  it('is suppressed where that of the first was taken, and says whose', async ({ rig }) => {
    for (const agent of ['A', 'B']) await reach(rig, agent, 80);
    await takes(rig, 'C');
    await reach(rig, 'B', 90);
    expect(await backups(rig)).toEqual(['B→C 90 suppressed']);
    expect(await why(rig)).toContain('C works already: C took the 75 % gas of A');
  });
});

describe('the 90 before a join of all', () => {
  it.override({ options: graph({ A: { next: ['C'] }, B: { next: ['C'] }, C: { join: 'all' } }) });

  it('is suppressed where the 75 of the last was taken, whoever comes last now', async ({ rig }) => {
    for (const agent of ['A', 'B']) await reach(rig, agent, 80);
    await takes(rig, 'C');
    for (const agent of ['B', 'A']) await reach(rig, agent, 90);
    expect(await record(rig)).toEqual(['B→C 75 accepted', 'A→C 90 suppressed']);
    expect(await why(rig)).toContain('C works already: C took the 75 % gas of B');
  });
});
