// Who is alive by its own signs, as a look at all agents finds it: for those that wait for it, and for gas to be taken over.
import { describe, expect, it } from 'vitest';
import type { Run } from '../../../src/pipeline/run.ts';
import { stallConfigSchema } from '../../../src/pipeline/stall/config.ts';
import { noEvidence } from '../../../src/pipeline/stall/evidence.ts';
import { gather } from '../../../src/pipeline/stall/gather.ts';
import { judge } from '../../../src/pipeline/stall/judge.ts';
import { newWatch, type Watch } from '../../../src/pipeline/stall/record.ts';
import { hour, minute, start } from './stall-life.ts';
import { runOf, storeOf, watchesIn } from './stall-scene.ts';

const stall = stallConfigSchema.parse({ bootGraceMs: 0 });

/** To whom the gas that lies at B would go, of A, which sent it, and C. */
async function takenOverBy(run: Run, known: Watch, now: number) {
  const runs = [runOf('A', now), runOf('B', start), run];
  const looks = await gather(
    {
      store: storeOf(() => runs),
      watches: { many: async () => [null, null, known] },
      evidence: async () => noEvidence,
    },
    { agents: runs.map(({ agent: id }) => ({ id })), stall },
    now,
  );
  return looks.find(({ agent }) => agent === 'B')?.takeOvers([]);
}

describe('an agent is alive', () => {
  const now = start + 3 * hour;
  const idle: Watch = { ...newWatch('C', start, 0), epoch: 1, percent: 39, signs: { progress: start } };

  it('from the moment that it told of progress, also when it had only beaten for hours', async () => {
    const beaten: Run = { ...runOf('C', now - minute), percent: 39 };
    expect(await takenOverBy(beaten, idle, now)).toEqual([]);
    const moved: Run = { ...beaten, percent: 40 };
    expect(await takenOverBy(moved, idle, now)).toEqual([{ delivery: 'x1', to: 'C' }]);
  });

  it('neither because it waited until now, nor because a person let it go on', async () => {
    const run: Run = { ...runOf('C', start), percent: 39 };
    expect(await takenOverBy(run, { ...idle, excusedAt: now - minute }, now)).toEqual([]);
    const word = { paused: false, by: 'operator', at: now - minute };
    expect(await takenOverBy({ ...run, word }, idle, now)).toEqual([]);
  });
});

describe('two that wait for each other', () => {
  it('and are silent are both told of', async () => {
    const runs = ['A', 'B'].map((agent) => runOf(agent, start));
    const helds = new Map<string, Watch>();
    const told: string[] = [];
    for (let now = start; now <= start + hour; now += minute) {
      const looks = await gather(
        {
          store: storeOf(
            () => runs,
            () => [],
          ),
          watches: watchesIn(helds),
          evidence: async ({ id }) => ({ ...noEvidence, waits: [id === 'A' ? 'B' : 'A'] }),
        },
        { agents: runs.map(({ agent: id }) => ({ id })), stall },
        now,
      );
      for (const { agent, facts, known } of looks) {
        const before = known ?? newWatch(agent, now, 0);
        const { watch, effects } = judge(before, { ...facts, takeOvers: [] }, now, stall);
        helds.set(agent, watch);
        told.push(...effects.map(({ kind }) => `${(now - start) / minute} ${agent} ${kind}`));
      }
    }
    expect(told).toEqual(['29 A warn', '29 B warn', '44 A nudge', '44 B nudge']);
  });
});
