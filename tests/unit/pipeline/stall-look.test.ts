// What a look of the watch writes: nothing where nothing is new, but often enough to tell that somebody watched.
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/core/logger.ts';
import { newRun } from '../../../src/pipeline/machine.ts';
import { stallConfigSchema } from '../../../src/pipeline/stall/config.ts';
import { type Watch, watchSchema } from '../../../src/pipeline/stall/record.ts';
import { createStallWatch } from '../../../src/pipeline/stall/stall-watch.ts';
import { minute, start } from './stall-life.ts';

function watched() {
  const state: { now: number; saves: number; held: Watch | null } = { now: start, saves: 0, held: null };
  const run = { ...newRun('A'), epoch: 1, epochAt: start, mission: 'M', percent: 40, seenAt: start };
  // As Redis gives it back.
  const read = () => (state.held === null ? null : watchSchema.parse(JSON.parse(JSON.stringify(state.held))));
  const watch = createStallWatch(
    {
      store: {
        runs: async () => ({ values: [run], unreadable: [] }),
        openDeliveries: async () => [],
        delivery: async () => ({ version: 0, value: null }),
        recentDeliveries: async () => ({ deliveries: [], unreadable: 0 }),
      },
      watches: {
        many: async () => [read()],
        one: async () => ({ version: state.saves, value: read() }),
        save: async (held, value) => {
          state.saves += 1;
          state.held = value;
          return { version: held.version + 1, value };
        },
      },
      perform: async () => 'done',
      clock: { now: () => state.now },
      logger: silentLogger,
    },
    { agents: [{ id: 'A' }], stall: stallConfigSchema.parse({}) },
  );
  return { state, look: () => watch.look() };
}

describe('a look at an agent of which nothing is new', () => {
  it('is written down every other minute, and each step of a silence when it is due', async () => {
    const { state, look } = watched();
    for (let at = 0; at < 14; at += 1) {
      await look();
      state.now += minute;
    }
    expect(state.saves).toBe(7);
    state.now += minute;
    await look();
    expect(state.held).toMatchObject({ tier: 'warn', judgedAt: state.now });
  });
});
