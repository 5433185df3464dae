// Gas that a person sends ahead, where more happens than one order after the other: its job runs twice at once, or its sender hands
// over to others too.
import { describe, expect } from 'vitest';
import type { PipelineOptions } from '../../../src/pipeline/index.ts';
import { ann, gasOf, order, record, status } from './orders.ts';
import { it, type Rig } from './rig.ts';

const send = ({ pipeline }: Rig, agent: string) =>
  pipeline.control['gas.send'](order(), { ...ann, agent, text: null });

const sendTwice = ({ pipeline, twin }: Rig, text: string | null = null) => {
  const one = order();
  const body = { ...ann, agent: 'B', text };
  return Promise.all([pipeline, twin].map(({ control }) => control['gas.send'](one, body)));
};

describe('the job of one order that runs in two processes at once', () => {
  it('sends one checkpoint', async ({ rig }) => {
    await rig.pipeline.observe('A', status(10), Date.now());
    for (const _ of [1, 2, 3])
      expect(await sendTwice(rig)).toEqual([{ kind: 'delivering' }, { kind: 'delivering' }]);
    expect(await record(rig)).toEqual(['A→B 75 queued', 'A→B 90 queued', 'A→B 100 queued']);
  });

  it('sends the last checkpoint, and its words not once more by themselves', async ({ rig }) => {
    await rig.pipeline.observe('A', status(95), Date.now());
    await sendTwice(rig, 'go on');
    expect(await record(rig)).toEqual(['A→B 75 queued', 'A→B 90 queued', 'A→B 100 queued']);
  });
});

const beside = (join: 'any' | 'all'): Partial<PipelineOptions> => ({
  agents: ['A', 'B', 'C', 'E'].map((id) => ({ id, inbox: { kind: 'pull' as const } })),
  chain: {
    ...{ chain: [], end: 'stop', schedules: [] },
    agents: { A: { next: ['C', 'E'] }, B: { next: ['C'] }, C: { join } },
  },
});

describe('what goes ahead to another, and to a join of all whose gas has gone', () => {
  it.override({ options: beside('all') });

  it('is recorded there', async ({ rig }) => {
    await rig.pipeline.observe('B', status(10), Date.now());
    await send(rig, 'C');
    await rig.pipeline.observe('A', status(10), Date.now());
    await send(rig, 'E');
    expect((await record(rig)).toSorted()).toEqual(['A→C 75 suppressed', 'A→E 75 queued', 'B→C 75 queued']);
  });
});

describe('a join of any', () => {
  it.override({ options: beside('any') });

  const skip = (rig: Rig, agent: string) =>
    rig.twin.control['gas.skip'](order(), { ...ann, agent, checkpoint: 75, reason: '' });

  it('gets what went ahead to another too, where a person takes out that of the first', async ({ rig }) => {
    await rig.pipeline.observe('A', status(10), Date.now());
    await rig.pipeline.observe('B', status(80), Date.now());
    await send(rig, 'E');
    await skip(rig, 'B');
    expect(await states(rig, 'C')).toEqual(['B→C 75 suppressed', 'A→C 75 suppressed', 'A→C 75 queued']);
  });

  it('gets what came behind gas that was sent ahead, where nobody takes that', async ({ rig }) => {
    await rig.pipeline.observe('B', status(10), Date.now());
    await send(rig, 'C');
    await rig.pipeline.observe('A', status(80), Date.now());
    await rig.pipeline.ledger.record(gasOf(rig)[0]?.id ?? '', { state: 'failed', detail: 'disk full' });
    await rig.pipeline.work.sweep();
    expect(await states(rig, 'C')).toEqual(['B→C 75 rerouted', 'A→C 75 suppressed', 'A→C 75 queued']);
  });
});

const states = async (rig: Rig, to: string) => (await record(rig)).filter((one) => one.includes(`→${to} `));
