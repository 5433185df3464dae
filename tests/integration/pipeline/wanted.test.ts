// What anybody sees of gas for which a person is wanted, on a real Redis.
import { expect } from 'vitest';
import { ann, layDown, order, status, sweepAfter } from './orders.ts';
import { it } from './rig.ts';

it('gas that nobody acknowledges is seen as wanting a person, until that is done', async ({ rig }) => {
  const wanted = async () => (await rig.twin.directory.deliveries(9)).deliveries.map((one) => one.wanted);
  await rig.pipeline.observe('A', status(80), Date.now());
  await layDown(rig);
  expect(await wanted()).toEqual([undefined]);
  await sweepAfter(rig, 6, 11, 20, 1);
  expect(await wanted()).toEqual([true]);
  await rig.pipeline.control['gas.skip'](order(), { ...ann, agent: 'A', checkpoint: 75, reason: '' });
  expect(await wanted()).toEqual([undefined]);
});
