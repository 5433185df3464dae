// An agent without an inbox is no receiver: an order that would give it something changes nothing. Real Redis, real files.
import { describe, expect } from 'vitest';
import type { PipelineOptions } from '../../../src/pipeline/index.ts';
import { ann, gasOf, layDown, order, record, status } from './orders.ts';
import { it } from './rig.ts';

const said = 'C has no inbox, so nothing can be given to it; give it one in pipeline.agents';
const agents: PipelineOptions['agents'] = [
  { id: 'A', inbox: { kind: 'pull' } },
  { id: 'B', inbox: { kind: 'pull' } },
  { id: 'C' },
];

describe('an agent without an inbox', () => {
  it.override({ options: { agents, chain: { chain: ['A', 'B'], end: 'stop', schedules: [] } } });

  it('is given no gas of another, which keeps it', async ({ rig }) => {
    const { control, directory, desk } = rig.pipeline;
    await rig.pipeline.observe('A', status(76), Date.now());
    await layDown(rig);
    const [view] = (await directory.deliveries(1)).deliveries;
    const delivery = view?.gas.id ?? '';
    const outcome = await control['gas.reassign'](order(), { ...ann, delivery, to: 'C' });
    expect(outcome).toEqual({ kind: 'refused', reason: said });
    const fetched = await desk.fetch('B', 0, new AbortController().signal);
    expect(fetched.map(({ id }) => id)).toEqual([delivery]);
    expect(gasOf(rig).map(({ to }) => to)).toEqual(['B']);
  });

  it('is sent no words, by a message nor as gas', async ({ rig }) => {
    const { control } = rig.pipeline;
    const refusal = { kind: 'refused', reason: said };
    expect(await control['agent.message'](order(), { ...ann, to: 'C', text: 'x' })).toEqual(refusal);
    expect(await control['gas.send'](order(), { ...ann, agent: 'C', text: 'x' })).toEqual(refusal);
    expect(await record(rig)).toEqual([]);
  });

  it('is left out of what goes to all', async ({ rig }) => {
    await rig.pipeline.control['agent.message'](order(), { ...ann, to: null, text: 'x' });
    expect(await record(rig)).toEqual(['person:ann→A null queued', 'person:ann→B null queued']);
  });
});
