// Gas for which a person is wanted, on a real Redis: what anybody sees of it, and how one of several is given up.
import { expect } from 'vitest';
import { alerts, ann, layDown, order, record, status, sweepAfter } from './orders.ts';
import { it, type Rig } from './rig.ts';

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

const expired = async (rig: Rig, ...missions: string[]) => {
  for (const mission of missions) {
    await rig.pipeline.observe('A', status(80, mission), Date.now());
    await layDown(rig);
    await sweepAfter(rig, 61, 1);
  }
};

it('a skip of several that was killed in the middle tells all that it gave up when it runs again', async ({
  rig,
}) => {
  await expired(rig, 'one', 'two');
  const body = { ...ann, agent: 'A', checkpoint: 75, reason: '' } as const;
  const once = order();
  rig.jobs.failNext = 1;
  await expect(rig.pipeline.control['gas.skip'](once, body)).rejects.toThrow('lost');
  expect((await record(rig)).toSorted()).toEqual(['A→B 75 expired', 'A→B 75 suppressed']);
  const text = expect.stringMatching(/\(mission (one, two|two, one)\) does not go to B: skipped by ann$/);
  for (const { control } of [rig.twin, rig.pipeline]) {
    expect(await control['gas.skip'](once, body)).toEqual({ kind: 'done', text });
  }
});

it('one of several gases of a checkpoint is given up by its id, once, and the others stay', async ({
  rig,
}) => {
  const { control, directory } = rig.pipeline;
  await expired(rig, 'one', 'two', 'three');
  const kept = (await directory.deliveries(9)).deliveries;
  const delivery = kept.find(({ gas }) => gas.mission === 'two')?.gas.id;
  const body = { ...ann, agent: 'A', checkpoint: 75, reason: 'too old', delivery } as const;
  const once = order();
  expect(await rig.twin.traces.began(once, body)).toBe(false);
  const said = {
    kind: 'done',
    text: 'the 75 % gas of A (mission two) does not go to B: skipped by ann: too old',
  };
  expect(await control['gas.skip'](once, body)).toEqual(said);
  expect(await rig.twin.control['gas.skip'](once, body)).toEqual(said);
  expect(await record(rig)).toEqual(['A→B 75 expired', 'A→B 75 suppressed', 'A→B 75 expired']);
  expect(await alerts(rig)).toMatchObject([{ receiver: 'B', count: 2 }]);
  expect(await rig.twin.traces.began(once, body)).toBe(true);
  const later = { ...order(), at: Date.now() + 24 * 3_600_000 };
  expect(await control['gas.skip'](later, body)).toEqual({
    kind: 'refused',
    reason: `no person is wanted for ${delivery} any more`,
  });
  expect(await rig.twin.traces.began(later, { ...body, delivery: undefined })).toBe(false);
});

it('a skip gives up those of its question, and takes out no checkpoint in their place', async ({ rig }) => {
  const { control, directory } = rig.pipeline;
  await expired(rig, 'one', 'two');
  const [two, one] = (await directory.deliveries(9)).deliveries.map(({ gas }) => gas.id);
  await rig.pipeline.observe('A', status(80, 'three'), Date.now());
  const body = { ...ann, agent: 'A', checkpoint: 75, reason: '' } as const;
  const skip = (wanted: string[] | null) => control['gas.skip'](order(), { ...body, wanted });
  expect(await skip(null)).toEqual({
    kind: 'refused',
    reason:
      'nothing was changed, since the gas for which a person is wanted is not that of the question any more; `gas skip A 75` asks anew',
  });
  expect(await skip([one ?? ''])).toMatchObject({ kind: 'done' });
  expect(await record(rig)).toEqual(['A→B 75 suppressed', 'A→B 75 expired', 'A→B 75 queued']);
  await rig.pipeline.noteAcknowledgement({ agent: 'B', id: two ?? '', state: 'accepted' }, 'said so');
  expect(await skip([two ?? ''])).toEqual({
    kind: 'refused',
    reason: 'no person is wanted any more for the gas of the question, and nothing else was taken out',
  });
  expect(await record(rig)).toEqual(['A→B 75 suppressed', 'A→B 75 accepted', 'A→B 75 queued']);
});

it('a skip of the present mission gives up no gas that came to want a person since', async ({ rig }) => {
  await expired(rig, 'one');
  await rig.pipeline.observe('A', status(80, 'two'), Date.now());
  const body = { ...ann, agent: 'A', checkpoint: 75, reason: '' } as const;
  expect(await rig.pipeline.control['gas.skip'](order(), { ...body, wanted: [] })).toMatchObject({
    kind: 'done',
  });
  expect(await record(rig)).toEqual(['A→B 75 expired', 'A→B 75 suppressed']);
});

it('what was given up of a mission that is over is seen by its order', async ({ rig }) => {
  await expired(rig, 'one');
  await rig.pipeline.observe('A', status(10, 'two'), Date.now());
  const body = { ...ann, agent: 'A', checkpoint: 75, reason: '' } as const;
  const once = order();
  expect(await rig.twin.traces.began(once, body)).toBe(false);
  await rig.pipeline.control['gas.skip'](once, body);
  expect(await rig.twin.traces.began(once, body)).toBe(true);
});
