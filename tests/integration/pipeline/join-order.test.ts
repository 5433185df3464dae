// Whose gas that of a round is, on a real Redis: by when its agents came, also where their ids are digits.
import { describe, expect } from 'vitest';
import type { PipelineOptions } from '../../../src/pipeline/index.ts';
import { ann, order, record, status } from './orders.ts';
import { it, type Rig } from './rig.ts';

const join = (ids: readonly string[], mode: 'all' | 'any'): Partial<PipelineOptions> => ({
  agents: [...ids, 'C'].map((id) => ({ id, inbox: { kind: 'pull' as const } })),
  chain: {
    ...{ chain: [], end: 'stop', schedules: [] },
    agents: { ...Object.fromEntries(ids.map((id) => [id, { next: ['C'] }])), C: { join: mode } },
  },
});
const come = ({ pipeline, twin }: Rig, nr: number, agent: string, mission = 'm') =>
  (nr % 2 === 0 ? pipeline : twin).observe(agent, status(76, mission), Date.now() + nr);
const skip = async (rig: Rig, agent: string) => {
  await rig.pipeline.observe(agent, status(10), Date.now());
  await rig.twin.control['gas.skip'](order(), { ...ann, agent, checkpoint: 75, reason: '' });
};

describe('a join of any whose agents have digits for names', () => {
  it.override({ options: join(['1', '2', '3'], 'any') });

  it('tells who was first', async ({ rig }) => {
    for (const [nr, agent] of ['3', '1', '2'].entries()) await come(rig, nr, agent);
    const { deliveries } = await rig.pipeline.directory.deliveries(9);
    expect(deliveries.map(({ gas, steps }) => `${gas.from}: ${steps[0]?.detail}`).toReversed()).toEqual([
      '3: 3 reached 76 %, the first of 1, 2, 3',
      '1: 1 reached 76 %, 3 was first',
      '2: 2 reached 76 %, 3 was first',
    ]);
  });
});

describe('a join of all whose agents have digits for names', () => {
  it.override({ options: join(['5', '6', '7'], 'all') });

  it('hands over as the one that came last, where a person takes out the other', async ({ rig }) => {
    for (const [nr, agent] of ['7', '5'].entries()) await come(rig, nr, agent);
    await skip(rig, '6');
    expect((await record(rig)).toSorted()).toEqual(['5→C 75 queued', '6→C 75 suppressed']);
  });
});

describe('a join of all', () => {
  it.override({ options: join(['A', 'B', 'D'], 'all') });

  it('hands over as the one that came again after the others', async ({ rig }) => {
    for (const [nr, agent] of ['A', 'B', 'A'].entries()) await come(rig, nr, agent, `m${nr}`);
    await skip(rig, 'D');
    expect((await record(rig)).toSorted()).toEqual(['A→C 75 queued', 'D→C 75 suppressed']);
  });
});
