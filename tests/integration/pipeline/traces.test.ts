// What an order has left behind, on a real Redis: seen by another process, and only where it took effect.
import { expect } from 'vitest';
import { ann, order, status } from './orders.ts';
import { it } from './rig.ts';

it('a message and a gas sent ahead are seen by their order', async ({ rig }) => {
  const { control, traces } = rig.pipeline;
  const [written, sent] = [order(), order()];
  const [words, ahead] = [
    { ...ann, to: 'B', text: 'hello' },
    { ...ann, agent: 'B', text: null },
  ];
  await rig.pipeline.observe('A', status(40), Date.now());
  expect([await traces.began(written, words), await traces.began(sent, ahead)]).toEqual([false, false]);
  await control['agent.message'](written, words);
  await control['gas.send'](sent, ahead);
  expect(await rig.twin.traces.began(written, words)).toBe(true);
  expect(await rig.twin.traces.began(sent, ahead)).toBe(true);
  expect(await traces.began({ ...written, id: order().id }, words)).toBe(false);
});

it('a pause is seen by its time, and not where another was given', async ({ rig }) => {
  const { control, traces } = rig.pipeline;
  const once = order();
  const body = { ...ann, agent: 'A' };
  expect(await traces.began(once, body)).toBe(false);
  await control['gas.pause'](once, body);
  expect(await rig.twin.traces.began(once, body)).toBe(true);
  expect(await traces.began({ ...once, at: once.at - 1 }, body)).toBe(false);
});

it('a skip is seen by the checkpoint that was taken out', async ({ rig }) => {
  const { control, traces } = rig.pipeline;
  const body = { ...ann, agent: 'A', checkpoint: 75, reason: '' } as const;
  await rig.pipeline.observe('A', status(40), Date.now());
  expect(await traces.began(order(), body)).toBe(false);
  await control['gas.skip'](order(), body);
  expect(await rig.twin.traces.began(order(), body)).toBe(true);
  expect(await traces.began(order(), { ...body, checkpoint: 90 })).toBe(false);
});
