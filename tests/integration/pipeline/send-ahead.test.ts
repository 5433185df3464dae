// Gas that a person sends ahead, where more happens than one order after the other: its job runs twice at once, or its sender hands
// over to others too.
import { describe, expect } from 'vitest';
import { ann, order, record, status } from './orders.ts';
import { it, type Rig } from './rig.ts';

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
