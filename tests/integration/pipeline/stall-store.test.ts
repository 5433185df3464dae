// What the watch remembers, in Redis: many records are written together, each by itself.
import { describe, expect, vi } from 'vitest';
import { silentLogger } from '../../../src/core/logger.ts';
import { newWatch } from '../../../src/pipeline/stall/record.ts';
import { createWatchStore } from '../../../src/pipeline/stall/store.ts';
import { it } from './rig.ts';

describe('records of the watch that are saved at one moment', () => {
  it('go in one trip, where one that another process has changed keeps no other back', async ({
    redis,
    prefix,
  }) => {
    const [ours, theirs] = [0, 1].map(() => createWatchStore({ redis, logger: silentLogger }, { prefix }));
    if (!ours || !theirs) return;
    const first = newWatch('A', 1, 0);
    const held = await ours.one('A');
    await theirs.save(held, first);
    const trips = vi.spyOn(redis, 'evalsha');
    const saved = await Promise.all(
      ['A', 'B', 'C'].map((agent) => ours.save(held, { ...newWatch(agent, 2, 0), percent: 40 })),
    );
    expect(trips).toHaveBeenCalledTimes(1);
    trips.mockRestore();
    expect(saved.map((record) => record?.version ?? null)).toEqual([null, 1, 1]);
    expect((await theirs.many(['A', 'B', 'C'])).map((watch) => watch?.percent)).toEqual([null, 40, 40]);
  });
});
