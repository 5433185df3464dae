// A resume whose job was killed in the middle and runs again: it tells what it did before, too.
import { describe, expect } from 'vitest';
import type { SwarmOrder } from '../../../src/contracts/swarm-orders.ts';
import { alerts, ann, gasOf, layDown, order, record, status, sweepAfter } from './orders.ts';
import { it, type Rig } from './rig.ts';

type Held = 'deliver' | 'skip';
const before = (ms: number) => ({ ...order(), at: Date.now() - ms });
const pause = ({ pipeline }: Rig, agent: string) =>
  pipeline.control['gas.pause'](before(1_000), { ...ann, agent });
const resume = ({ twin }: Rig, once: SwarmOrder, agent: string, held: Held = 'deliver') =>
  twin.control['gas.resume'](once, { ...ann, agent, held });
const told = (text: string) => ({ kind: 'done', text });

describe('a resume that runs again after a kill', () => {
  it('tells of what it let go before it was killed, and what no queue has is queued', async ({ rig }) => {
    await pause(rig, 'A');
    await rig.pipeline.observe('A', status(92), Date.now());
    rig.jobs.failNext = 1;
    const once = order();
    await expect(resume(rig, once, 'A')).rejects.toThrow('lost');
    expect(await record(rig)).toEqual(['A→B 75 pending', 'A→B 90 held']);
    expect(await resume(rig, once, 'A')).toEqual(told('A resumed: 2 held and now sent'));
    expect(gasOf(rig)).toHaveLength(2);
    expect(await resume(rig, once, 'A')).toEqual(told('A resumed: 2 held and now sent'));
    expect(gasOf(rig)).toHaveLength(2);
  });

  it('tells of what a sweep let go behind its word', async ({ rig }) => {
    await pause(rig, 'A');
    await rig.pipeline.observe('A', status(92), Date.now());
    rig.jobs.failNext = 1;
    const once = order();
    await expect(resume(rig, once, 'A')).rejects.toThrow('lost');
    await rig.twin.work.sweep();
    await layDown(rig);
    expect(await resume(rig, once, 'A')).toEqual(told('A resumed: 2 held and now sent'));
  });

  it('tells of what it took out before it was killed', async ({ rig }) => {
    await pause(rig, 'A');
    await rig.pipeline.observe('A', status(92), Date.now());
    rig.jobs.failNext = 1;
    const once = order();
    await expect(resume(rig, once, 'A', 'skip')).rejects.toThrow('lost');
    expect(await record(rig)).toEqual(['A→B 75 suppressed', 'A→B 90 held']);
    expect(await rig.twin.traces.began(once, { ...ann, agent: 'A', held: 'skip' })).toBe(true);
    expect(await resume(rig, once, 'A', 'skip')).toEqual(told('A resumed: 2 held and now skipped'));
    expect(await resume(rig, once, 'A', 'skip')).toEqual(told('A resumed: 2 held and now skipped'));
  });

  it('does not tell of what others took out, or what was let go before it', async ({ rig }) => {
    await pause(rig, 'A');
    await rig.pipeline.observe('A', status(80), Date.now());
    await resume(rig, before(500), 'A');
    await rig.pipeline.observe('A', status(80, 'n'), Date.now());
    const once = { ...order(), at: Date.now() + 5 };
    rig.advance(60_000);
    await rig.pipeline.control['gas.skip'](order(), { ...ann, agent: 'A', checkpoint: 90, reason: '' });
    expect(await resume(rig, once, 'A', 'skip')).toEqual(told('A resumed: nothing was held'));
    expect(await rig.twin.traces.began(order(), { ...ann, agent: 'B', held: 'skip' })).toBe(false);
  });
});

describe('a resume before a join that runs again after a kill', () => {
  const agents = { A: { next: ['C'] }, B: { next: ['C'] }, C: { join: 'all' as const } };
  it.override({ options: { chain: { chain: [], end: 'stop', schedules: [], agents } } });

  it('tells what stays held by the pause of another', async ({ rig }) => {
    for (const agent of ['A', 'B']) await pause(rig, agent);
    for (const agent of ['A', 'B']) await rig.pipeline.observe(agent, status(80), Date.now());
    rig.jobs.failNext = 1;
    const once = order();
    await expect(resume(rig, once, 'B')).rejects.toThrow('lost');
    const text = 'B resumed: 1 in a join stays held until A is resumed too';
    expect(await resume(rig, once, 'B')).toEqual(told(text));
    expect(await resume(rig, order(), 'A')).toEqual(told('A resumed: 1 held and now sent'));
  });
});

describe('a resume of what was passed over that runs again after a kill', () => {
  const graph = { A: { next: ['C'] }, B: { next: ['C'] }, C: { join: 'any' as const } };
  const agents = ['A', 'B', 'C'].map((id) => ({ id, inbox: { kind: 'pull' as const } }));
  it.override({ options: { chain: { chain: [], end: 'stop', schedules: [], agents: graph }, agents } });

  it.for([
    ['deliver', 'B resumed: 1 passed over and now sent'],
    ['skip', 'B resumed: 1 held and now skipped'],
  ] as const)('tells of it with %s', async ([held, text], { rig }) => {
    await pause(rig, 'B');
    for (const agent of ['A', 'B']) await rig.pipeline.observe(agent, status(80, `of ${agent}`), Date.now());
    await layDown(rig);
    await sweepAfter(rig, 6, 11, 20, 1);
    expect(await alerts(rig)).toHaveLength(1);
    const once = order();
    expect(await resume(rig, once, 'B', held)).toEqual(told(text));
    expect(await resume(rig, once, 'B', held)).toEqual(told(text));
  });
});
