// `gas skip` and `gas send` of gas that goes under another agent's name: whose it is, and what can be done.
import { describe, expect } from 'vitest';
import type { Checkpoint } from '../../../src/contracts/agents.ts';
import type { PipelineOptions } from '../../../src/pipeline/index.ts';
import { ann, gasOf, layDown, order, record, standIn, status, sweepAfter, take } from './orders.ts';
import { it, type Rig } from './rig.ts';

type Agents = NonNullable<PipelineOptions['chain']['agents']>;
const graph = (agents: Agents) => ({ chain: { chain: [], end: 'stop' as const, schedules: [], agents } });
const skip = ({ pipeline }: Rig, agent: string, checkpoint: Checkpoint = 75) =>
  pipeline.control['gas.skip'](order(), { ...ann, agent, checkpoint, reason: '' });

/** D is there too. */
const agents = ['A', 'B', 'C', 'D'].map((id) => ({ id, inbox: { kind: 'pull' as const } }));

describe('skip of a part of a join', () => {
  it.override({ options: graph({ A: { next: ['C'] }, B: { next: ['C'] }, C: { join: 'all' } }) });

  it('whose gas another one holds tells whose it is, and that is the name to take it out by', async ({
    rig,
  }) => {
    await rig.pipeline.control['gas.pause'](order(), { ...ann, agent: 'A' });
    for (const agent of ['A', 'B']) await rig.pipeline.observe(agent, status(80), Date.now());
    expect(await skip(rig, 'A')).toEqual({
      kind: 'refused',
      reason:
        'the 75 % gas of A is in that of B for C, which is held: `gas resume A` to let it go, `gas skip B 75` to take all of it out',
    });
    expect(await record(rig)).toEqual(['B→C 75 held']);
    expect(await skip(rig, 'B')).toMatchObject({ kind: 'done' });
    expect(await record(rig)).toEqual(['B→C 75 suppressed']);
  });

  it('whose gas has gone with that of another tells what became of it', async ({ rig }) => {
    for (const agent of ['A', 'B']) await rig.pipeline.observe(agent, status(80), Date.now());
    await layDown(rig);
    const reason =
      'the 75 % gas of A is in that of B for C, which is sent: `gas reassign` to give it to another agent';
    expect(await skip(rig, 'A')).toEqual({ kind: 'refused', reason });
    await take(rig, 'C');
    await rig.pipeline.work.sweep();
    const taken = 'the 75 % gas of A is in that of B for C, which is accepted';
    expect(await skip(rig, 'A')).toEqual({ kind: 'refused', reason: taken });
  });

  it('of another mission than the one that went takes that out', async ({ rig }) => {
    for (const agent of ['A', 'B']) await rig.pipeline.observe(agent, status(80), Date.now());
    await rig.pipeline.observe('A', status(10, 'second'), Date.now());
    expect(await skip(rig, 'A')).toMatchObject({ kind: 'done' });
    expect((await record(rig)).toSorted()).toEqual(['A→C 75 suppressed', 'B→C 75 queued']);
  });
});

describe('skip of an agent in whose place another works', () => {
  it.override({ options: graph({ A: { next: ['B'] }, B: { next: ['D'], fallback: ['C'] } }) });

  it('tells who that is, whose checkpoint is taken out like its own', async ({ rig }) => {
    await standIn(rig);
    expect((await rig.twin.directory.agents())[1]).toMatchObject({ agent: 'B', standIns: ['C'] });
    const told = 'C works in the place of B; `gas skip C 90` takes out what is handed over there';
    expect(await skip(rig, 'B', 90)).toEqual({ kind: 'refused', reason: told });
    const text = 'the 90 % gas of C does not go to D: skipped by ann';
    expect(await skip(rig, 'C', 90)).toEqual({ kind: 'done', text });
    await rig.pipeline.observe('C', status(95, 'of B'), Date.now());
    const ofC = (await record(rig)).filter((line) => line.startsWith('C'));
    expect(ofC.toSorted()).toEqual(['C→D 75 queued', 'C→D 90 suppressed']);
  });

  it('takes out what that agent hands over itself, and tells that this is not all', async ({ rig }) => {
    await standIn(rig);
    await rig.pipeline.observe('B', status(10, 'own'), Date.now());
    expect(await skip(rig, 'B', 90)).toEqual({
      kind: 'done',
      text: 'the 90 % gas of B does not go to D: skipped by ann; C works in the place of B; `gas skip C 90` takes out what is handed over there',
    });
  });
});

describe('skip of an agent in whose place another has worked', () => {
  it.override({ options: { ...graph({ A: { next: ['B'] }, B: { next: ['D'], fallback: ['C'] } }), agents } });

  it('tells whose gas it is in, though that agent has gone on to another mission', async ({ rig }) => {
    await standIn(rig);
    await rig.pipeline.observe('C', status(80, 'of B'), Date.now() + 1);
    await rig.pipeline.observe('C', status(5, 'own'), Date.now() + 2);
    const reason = 'the 75 % gas of B is in that of C for D, which is queued';
    expect(await skip(rig, 'B')).toEqual({ kind: 'refused', reason });
    const gone = 'C hands over to nobody now; the 75 % gas of its mission of B for D is queued';
    expect(await skip(rig, 'C')).toEqual({ kind: 'refused', reason: gone });
    expect(await skip(rig, 'C', 90)).toEqual({ kind: 'refused', reason: 'C hands over to nobody' });
    const none = 'B has told no mission yet';
    expect(await skip(rig, 'B', 90)).toEqual({ kind: 'refused', reason: none });
  });

  it('tells nothing of what was handed over there before the mission of that agent began', async ({
    rig,
  }) => {
    await standIn(rig);
    await rig.pipeline.observe('C', status(80, 'of B'), Date.now() + 1);
    await rig.pipeline.observe('C', status(5, 'own'), Date.now() + 2);
    rig.advance(60_000);
    await rig.pipeline.observe('B', status(5, 'its own'), Date.now() + 60_000);
    await rig.pipeline.control['gas.send'](order(), { ...ann, agent: 'D', text: null });
    const reason = 'the 75 % gas of B was sent ahead, or went to nobody';
    expect(await skip(rig, 'B')).toEqual({ kind: 'refused', reason });
  });
});

describe('gas that is sent ahead', () => {
  it.override({
    options: {
      ...graph({ A: { next: ['B'] }, B: { next: ['D'], fallback: ['C'] }, C: { next: ['A'] } }),
      agents,
    },
  });
  const send = ({ pipeline }: Rig) =>
    pipeline.control['gas.send'](order(), { ...ann, agent: 'D', text: null });

  it('is that of who works in the place of the one before, and does not go again', async ({ rig }) => {
    await standIn(rig);
    expect(await send(rig)).toEqual({ kind: 'delivering' });
    await rig.pipeline.observe('C', status(80, 'of B'), Date.now() + 1);
    expect((await record(rig)).filter((line) => line.includes('→D'))).toEqual(['C→D 75 queued']);
  });

  it('is not that of the one whose work another does', async ({ rig }) => {
    await rig.pipeline.observe('B', status(40, 'left lying'), Date.now());
    await standIn(rig);
    await rig.pipeline.observe('C', status(80, 'of B'), Date.now() + 1);
    await send(rig);
    expect((await record(rig)).filter((line) => line.includes('→D'))).toEqual([
      ...['C→D 75 queued', 'C→D 90 queued'],
    ]);
  });

  it('is not that of one that hands over to somebody else meanwhile', async ({ rig }) => {
    await standIn(rig);
    const body = { ...ann, agent: 'A', text: null };
    const reason = 'nobody hands over to A, so it needs a text';
    expect(await rig.pipeline.control['gas.send'](order(), body)).toEqual({ kind: 'refused', reason });
  });
});

describe('gas that is sent ahead of a stand-in that is part of a join', () => {
  it.override({
    options: {
      ...graph({ A: { next: ['B', 'D'] }, B: { next: ['D'], fallback: ['C'] }, D: { join: 'all' } }),
      agents,
    },
  });

  it('counts as the part of the one in whose place it works', async ({ rig }) => {
    await standIn(rig);
    await rig.pipeline.control['gas.send'](order(), { ...ann, agent: 'D', text: null });
    expect(gasOf(rig).find(({ to }) => to === 'D')).toMatchObject({ from: 'C', parts: [{ agent: 'A' }] });
    await rig.pipeline.observe('A', status(95), Date.now() + 1);
    await rig.pipeline.observe('C', status(95, 'of B'), Date.now() + 1);
    expect((await record(rig)).filter((line) => line.includes('→D'))).toEqual([
      ...['C→D 75 queued', 'C→D 90 queued'],
    ]);
  });
});

describe('an agent that works in the place of another', () => {
  it.override({ options: graph({ A: { next: ['B'] }, B: { next: ['A'], fallback: ['C'] } }) });

  it('is told to hand over to whom that one would', async ({ rig }) => {
    const handsTo = async () =>
      (await rig.twin.directory.agents()).find(({ agent }) => agent === 'C')?.receivers;
    expect(await handsTo()).toEqual([]);
    await standIn(rig);
    expect(await handsTo()).toEqual(['A']);
  });

  it('is whose gas a person sends ahead', async ({ rig }) => {
    await standIn(rig);
    const send = { ...ann, agent: 'A', text: null };
    expect(await rig.pipeline.control['gas.send'](order(), send)).toEqual({ kind: 'delivering' });
    await rig.pipeline.observe('C', status(80, 'of B'), Date.now());
    expect((await record(rig)).filter((line) => line.startsWith('C'))).toEqual(['C→A 75 queued']);
  });
});

describe('skip of a stand-in that waits in a join', () => {
  it.override({
    options: graph({ A: { next: ['B', 'D'] }, B: { next: ['D'], fallback: ['C'] }, D: { join: 'all' } }),
  });

  it('takes out the part of the one in whose place it works, and the others go on', async ({ rig }) => {
    await standIn(rig);
    await skip(rig, 'A', 90);
    await rig.pipeline.observe('C', status(100, 'of B'), Date.now());
    expect((await record(rig)).filter((line) => line.includes('→D'))).toEqual([
      ...['A→D 90 suppressed', 'C→D 75 queued', 'C→D 90 queued'],
    ]);
    expect(gasOf(rig).find(({ to, checkpoint }) => to === 'D' && checkpoint === 75)?.parts).toHaveLength(1);
    const text = 'the 100 % gas of C does not go to D: skipped by ann';
    expect(await skip(rig, 'C', 100)).toEqual({ kind: 'done', text });
    await rig.pipeline.observe('A', status(100), Date.now());
    expect((await record(rig)).filter((line) => line.includes('→D 100')).toSorted()).toEqual([
      ...['A→D 100 queued', 'C→D 100 suppressed'],
    ]);
  });
});

describe('skip of gas that has given way to that of another', () => {
  it.override({ options: graph({ A: { next: ['C'] }, B: { next: ['C'] }, C: { join: 'any' } }) });

  it('names that and what can be done about it, as long as anything can', async ({ rig }) => {
    for (const agent of ['A', 'B']) await rig.pipeline.observe(agent, status(80), Date.now());
    await layDown(rig);
    await sweepAfter(rig, 6, 11, 20, 1);
    const id = gasOf(rig).at(-1)?.id.slice(0, 8);
    const reason = `the 75 % gas of A is rerouted already; that of B for C (${id}) went in its place and is`;
    const way = `: \`gas reassign ${id} AGENT\` gives it to another agent`;
    expect(await skip(rig, 'A')).toEqual({ kind: 'refused', reason: `${reason} sent${way}` });
    await take(rig, 'C');
    await rig.pipeline.work.sweep();
    expect(await skip(rig, 'A')).toEqual({ kind: 'refused', reason: `${reason} accepted` });
    expect(await skip(rig, 'B')).toEqual({
      kind: 'refused',
      reason: 'the 75 % gas of B is accepted already',
    });
  });
});
