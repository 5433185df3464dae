// Gas of a silent agent that was offered to another, or should have been given to it, where that one cannot take it either.
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/core/logger.ts';
import type { Delivery } from '../../../src/pipeline/delivery.ts';
import { stallConfigSchema } from '../../../src/pipeline/stall/config.ts';
import { noEvidence } from '../../../src/pipeline/stall/evidence.ts';
import type { Facts } from '../../../src/pipeline/stall/facts.ts';
import { gather } from '../../../src/pipeline/stall/gather.ts';
import { mostOffers } from '../../../src/pipeline/stall/judge.ts';
import { newWatch, type TakeOver, type Watch } from '../../../src/pipeline/stall/record.ts';
import { createStallWatch } from '../../../src/pipeline/stall/stall-watch.ts';
import { type Candidate, takeOversOf } from '../../../src/pipeline/stall/take-over.ts';
import { stallsOf } from '../../../src/pipeline/stall/view.ts';
import { hour, minute, StallLife, start, working } from './stall-life.ts';
import { gas, lying, runOf, storeOf, watchesIn } from './stall-scene.ts';

const to = (agent: string, delivery = 'x1') => ({ delivery, to: agent });
describe('an offer', () => {
  const ask = (life: StallLife, ...takeOvers: Facts['takeOvers']) => {
    life.look({ ...working, takeOvers });
    return life.watch.proposals;
  };

  it('is of all that others can take at each look, and taken back where nobody can or nothing lies there', () => {
    const life = new StallLife().live(70 * minute, { ...working, takeOvers: [to('C'), to('C', 'x2')] });
    expect(life.watch.proposals).toEqual([to('C'), to('C', 'x2')]);
    expect(ask(life, to('D'))).toEqual([to('D')]);
    expect(ask(life)).toEqual([]);
    expect(ask(life, to('C', 'x2'))).toEqual([to('C', 'x2')]);
    life.live(130 * minute, { ...working, takeOvers: [to('C', 'x2')] });
    expect(ask(life)).toEqual([]);
    expect(life.told()).toEqual(['15 warn', '30 nudge', '120 human']);
  });

  it('comes back a few times in one silence and no oftener', () => {
    const life = new StallLife().live(70 * minute, working);
    const made = Array.from({ length: 10 }, () => [ask(life, to('C')), ask(life)][0]?.length);
    expect(made.filter((n) => n === 1)).toHaveLength(mostOffers);
  });

  it('is told with how many pieces it is of', () => {
    const life = new StallLife().live(70 * minute, { ...working, takeOvers: [to('C')] });
    const detail = () => stallsOf(life.watch, life.now).find(({ kind }) => kind === 'reassign')?.detail;
    expect(detail()).toMatch(/; to give its gas away: gas reassign x1 C$/);
    ask(life, to('C'), to('D', 'x2'), to('D', 'x3'), to('D', 'x4'));
    expect(detail()).toMatch(
      /; to give its 4 pieces of gas away: gas reassign x1 C, gas reassign x2 D, gas reassign x3 D, and 1 more$/,
    );
  });
});

describe('who could take gas over', () => {
  const late: Delivery = { ...lying, gas: { ...gas, id: 'x2', checkpoint: 90, createdAt: start + minute } };
  const free = (agent: string, open = 0) => ({ agent, isFit: true, open });
  const over = (deliveries: readonly Delivery[], candidates: readonly Candidate[], meant: TakeOver[] = []) =>
    takeOversOf('B', { deliveries, candidates, meant, given: [] });

  it('is found for all that lies there, where gas of one mission stays together', () => {
    expect(over([late, lying], [free('A'), free('C', 1), free('D', 1)])).toEqual([to('C'), to('C', 'x2')]);
    const other: Delivery = { ...late, gas: { ...late.gas, from: 'E' } };
    expect(over([lying, other], [free('C', 1), free('D', 1)])).toEqual([to('C'), to('D', 'x2')]);
  });

  it('is nobody who has enough to do by then, is not fit, or has taken it already', () => {
    expect(over([lying, late], [free('C', 2), free('D', 2)])).toEqual([to('C'), to('D', 'x2')]);
    expect(over([lying, late], [free('C', 2)])).toEqual([to('C')]);
    expect(over([lying], [free('C', 3), { ...free('D'), isFit: false }, free('A')])).toEqual([]);
    expect(over([{ ...lying, state: 'accepted' }], [free('C')])).toEqual([]);
  });

  it('stays the one that was named, while that one can', () => {
    expect(over([lying], [free('C'), free('D', 2)], [to('D')])).toEqual([to('D')]);
    expect(over([lying], [free('C'), free('D', 3)], [to('D')])).toEqual([to('C')]);
  });

  it('is looked for by what the watch knows of each', async () => {
    const known: Watch = { ...newWatch('B', start, 0), proposals: [to('D')] };
    const offered = async (seenAt: number) => {
      const runs = [
        runOf('A', start + hour),
        runOf('B', start),
        runOf('C', start + hour),
        runOf('D', seenAt),
      ];
      const looks = await gather(
        {
          store: storeOf(() => runs),
          watches: { many: async () => runs.map(({ agent }) => (agent === 'B' ? known : null)) },
          evidence: async () => noEvidence,
        },
        { agents: runs.map(({ agent: id }) => ({ id })), stall: stallConfigSchema.parse({}) },
        start + hour,
      );
      return looks.find(({ agent }) => agent === 'B')?.takeOvers([]);
    };
    expect(await offered(start + hour)).toEqual([to('D')]);
    expect(await offered(start)).toEqual([to('C')]);
  });
});

describe('two agents that are silent at one look', () => {
  /** A gave to B and to C, which say nothing; D has least to do, and then E. */
  async function givenBy(reassign: 'ask' | 'auto'): Promise<string[]> {
    const now = start + hour + 5 * minute;
    const runs = ['A', 'D', 'E']
      .map((agent) => runOf(agent, now))
      .concat(['B', 'C'].map((a) => runOf(a, start)));
    const known = new Map(
      runs.map(({ agent }) => {
        const silent = { since: start, tier: 'nudge', tierAt: start, epoch: 1, percent: 40 } as const;
        return [agent, { ...newWatch(agent, now, 0), ...(/[BC]/.test(agent) && silent) }];
      }),
    );
    const lies: Delivery[] = ['B1', 'B2', 'C1', 'C2'].map((id) => ({
      ...lying,
      gas: { ...gas, id, to: id.charAt(0) },
    }));
    const saved = new Map<string, Watch>();
    const given: string[] = [];
    const watch = createStallWatch(
      {
        store: {
          ...storeOf(
            () => runs,
            () => lies,
          ),
          delivery: async () => ({ version: 0, value: null }),
        },
        watches: {
          many: async () => runs.map(({ agent }) => known.get(agent) ?? null),
          one: async (agent) => ({ version: 1, value: known.get(agent) ?? null }),
          save: async (held, value) => {
            saved.set(value.agent, value);
            return { ...held, value };
          },
        },
        perform: async ({ agent }, effect) => {
          if (effect.kind !== 'reassign') return 'done';
          given.push(`${agent} ${effect.takeOver.delivery} ${effect.takeOver.to}`);
          return 'given';
        },
        clock: { now: () => now },
        logger: silentLogger,
      },
      { agents: runs.map(({ agent: id }) => ({ id })), stall: stallConfigSchema.parse({ reassign }) },
    );
    await watch.look();
    const offered = [...saved.values()].flatMap(({ agent, proposals }) =>
      proposals.map((one) => `${agent} ${one.delivery} ${one.to}`),
    );
    return [...given, ...offered];
  }

  it.each(['auto', 'ask'] as const)('do not count on the same one: %s', async (reassign) => {
    expect(await givenBy(reassign)).toEqual(['B B1 D', 'B B2 D', 'C C1 E', 'C C2 E']);
  });
});

describe('gas that could not be given on', () => {
  it('is tried again at a later look, and not for ever', async () => {
    let now = start;
    const helds = new Map<string, Watch>();
    const tried: number[] = [];
    let isGiven = false;
    const watch = (refusals: number) =>
      createStallWatch(
        {
          store: {
            ...storeOf(
              () => [runOf('A', now), runOf('B', start), runOf('C', now)],
              () => (isGiven ? [] : [lying]),
            ),
            delivery: async () => ({ version: 1, value: lying }),
          },
          watches: watchesIn(helds),
          perform: async (_watch, { kind }) => {
            if (kind !== 'reassign') return 'done';
            tried.push((now - start) / minute);
            isGiven = tried.length > refusals;
            return isGiven ? 'given' : 'refused';
          },
          clock: { now: () => now },
          logger: silentLogger,
        },
        {
          agents: ['A', 'B', 'C'].map((id) => ({ id })),
          stall: stallConfigSchema.parse({ reassign: 'auto', bootGraceMs: 0 }),
        },
      );
    const live = async (refusals: number) => {
      [now, tried.length, isGiven] = [start, 0, false];
      helds.clear();
      const { look } = watch(refusals);
      for (; now < start + 3 * hour; now += minute) await look();
      return tried;
    };
    expect(await live(1)).toEqual([60, 61]);
    expect(await live(99)).toHaveLength(mostOffers);
  });
});
