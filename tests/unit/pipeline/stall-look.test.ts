// What a look of the watch writes: nothing where nothing is new, but often enough to tell that somebody watched.
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/core/logger.ts';
import { stallConfigSchema } from '../../../src/pipeline/stall/config.ts';
import { newWatch, type Watch, watchSchema } from '../../../src/pipeline/stall/record.ts';
import { createStallWatch } from '../../../src/pipeline/stall/stall-watch.ts';
import { runOn } from '../../support/runs.ts';
import { minute, start } from './stall-life.ts';
import { runOf, storeOf, watchesIn } from './stall-scene.ts';

function watched() {
  const state: { now: number; saves: number; held: Watch | null } = { now: start, saves: 0, held: null };
  const run = runOn('A', { epoch: 1, epochAt: start, name: 'M' }, { percent: 40, seenAt: start });
  // As Redis gives it back.
  const read = () => (state.held === null ? null : watchSchema.parse(JSON.parse(JSON.stringify(state.held))));
  const watch = createStallWatch(
    {
      store: {
        runs: async () => ({ values: [run], unreadable: [] }),
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

describe('a look at many of whom nothing is to be done', () => {
  it('writes them down together, and leaves to the next look what another process has begun', async () => {
    const agents = Array.from({ length: 30 }, (_, at) => `Agent-${at}`);
    const helds = new Map<string, Watch>();
    const watches = watchesIn(helds);
    const asked: string[] = [];
    const watch = createStallWatch(
      {
        store: {
          ...storeOf(
            () => agents.map((agent) => runOf(agent, start)),
            () => [],
          ),
          delivery: async () => ({ version: 0, value: null }),
        },
        watches: {
          ...watches,
          one: async (agent) => {
            asked.push(agent);
            // Whoever asks now is answered when all that asked at one moment are.
            await new Promise((resolve) => setImmediate(resolve));
            expect(asked).toHaveLength(agents.length);
            if (agent !== 'Agent-7') return watches.one(agent);
            const owed = [{ kind: 'warn', since: start }] as const;
            return { version: 2, value: { ...newWatch(agent, start, 0), owed: [...owed] } };
          },
        },
        perform: async () => 'done',
        clock: { now: () => start },
        logger: silentLogger,
      },
      { agents: agents.map((id) => ({ id })), stall: stallConfigSchema.parse({}) },
    );
    await watch.look();
    expect([...helds.keys()]).toEqual(agents.filter((agent) => agent !== 'Agent-7'));
  });
});
