// Gas of a silent agent that was offered to another, or should have been given to it, where that one cannot take it either.
import { describe, expect, it } from 'vitest';
import type { Gas } from '../../../src/contracts/agents.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { type Delivery, newDelivery } from '../../../src/pipeline/delivery.ts';
import { newRun, type Run } from '../../../src/pipeline/machine.ts';
import { stallConfigSchema } from '../../../src/pipeline/stall/config.ts';
import { noEvidence } from '../../../src/pipeline/stall/evidence.ts';
import { gather } from '../../../src/pipeline/stall/gather.ts';
import { mostOffers } from '../../../src/pipeline/stall/judge.ts';
import { newWatch, type Watch } from '../../../src/pipeline/stall/record.ts';
import { createStallWatch } from '../../../src/pipeline/stall/stall-watch.ts';
import { hour, minute, StallLife, start, working } from './stall-life.ts';

const to = (agent: string, delivery = 'x1') => ({ delivery, to: agent });
/** At work since the start; seen then or never again. */
const run = (agent: string, seenAt: number): Run => ({
  ...newRun(agent),
  ...{ epoch: 1, epochAt: start, mission: 'M', percent: 40, seenAt },
});
const gas: Gas = {
  ...{ id: 'x1', from: 'A', to: 'B', mission: 'M', epoch: 1, percent: 76, text: 'Go on.' },
  checkpoint: 75,
  createdAt: start,
};
const lying: Delivery = { ...newDelivery(gas, ''), state: 'sent' };

/** B is silent over gas of A. */
const storeOf = (runs: readonly Run[], deliveries: readonly Delivery[] = [lying]) => ({
  runs: async () => ({ values: [...runs], unreadable: [] }),
  openDeliveries: async () => [...deliveries],
  delivery: async () => ({ version: 1, value: deliveries[0] ?? null }),
  recentDeliveries: async () => ({ deliveries: [], unreadable: 0 }),
});

describe('an offer', () => {
  it('is made to another where the first has fallen silent too, and never oftener than a few times', () => {
    const life = new StallLife().live(70 * minute, { ...working, takeOver: to('C') });
    life.look({ ...working, takeOver: to('D'), offer: 'stands' });
    expect(life.watch.proposal).toEqual(to('C'));
    life.look({ ...working, takeOver: null, offer: 'unfit' });
    expect(life.watch.proposal).toEqual(to('C'));
    life.look({ ...working, takeOver: to('D'), offer: 'unfit' });
    expect(life.watch.proposal).toEqual(to('D'));
    let changes = 0;
    for (let i = 0; i < 20; i += 1) {
      const before = life.watch.proposal;
      life.look({ ...working, takeOver: to(`E${i}`), offer: 'unfit' });
      if (life.watch.proposal !== before) changes += 1;
    }
    expect(changes).toBe(mostOffers - 2);
    expect(life.told()).toEqual(['15 warn', '30 nudge']);
  });

  it('is taken back where its delivery lies there no more, and made anew of the next one', () => {
    const life = new StallLife().live(70 * minute, { ...working, takeOver: to('C') });
    life.look({ ...working, takeOver: null, offer: 'void' });
    expect(life.watch.proposal).toBeNull();
    life.look({ ...working, takeOver: to('C', 'x2') });
    expect(life.watch.proposal).toEqual(to('C', 'x2'));
  });

  it('stands as long as its delivery lies there and the other is at work with little to do', async () => {
    const known: Watch = { ...newWatch('B', start, 0), proposal: to('C') };
    const offer = async (seenAt: number, deliveries?: readonly Delivery[]) => {
      const runs = [run('A', start + hour), run('B', start), run('C', seenAt), run('D', start + hour)];
      const looks = await gather(
        {
          store: storeOf(runs, deliveries),
          watches: { many: async () => runs.map(({ agent }) => (agent === 'B' ? known : null)) },
          evidence: async () => noEvidence,
        },
        { agents: runs.map(({ agent: id }) => ({ id })), stall: stallConfigSchema.parse({}) },
        start + hour,
      );
      return looks.find(({ agent }) => agent === 'B')?.facts.offer;
    };
    const many = ['y1', 'y2', 'y3'].map((id) => ({ ...lying, gas: { ...gas, id, to: 'C' } }));
    expect(await offer(start + hour)).toBe('stands');
    expect(await offer(start)).toBe('unfit');
    expect(await offer(start + hour, [lying, ...many])).toBe('unfit');
    expect(await offer(start + hour, [{ ...lying, state: 'accepted' }])).toBe('void');
    expect(await offer(start + hour, [])).toBe('void');
  });
});

describe('gas that could not be given on', () => {
  it('is tried again at a later look, and not for ever', async () => {
    let now = start;
    const helds = new Map<string, Watch>();
    const tried: number[] = [];
    const watch = (refusals: number) =>
      createStallWatch(
        {
          store: {
            ...storeOf([]),
            runs: async () => ({ values: [run('A', now), run('B', start), run('C', now)], unreadable: [] }),
          },
          watches: {
            many: async (agents) => agents.map((agent) => helds.get(agent) ?? null),
            one: async (agent) => ({ version: 1, value: helds.get(agent) ?? null }),
            save: async (held, value) => {
              helds.set(value.agent, value);
              return { ...held, value };
            },
          },
          perform: async (_watch, { kind }) => {
            if (kind !== 'reassign') return 'done';
            tried.push((now - start) / minute);
            return tried.length <= refusals ? 'refused' : 'done';
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
      [now, tried.length] = [start, 0];
      helds.clear();
      const { look } = watch(refusals);
      for (; now < start + 3 * hour; now += minute) await look();
      return tried;
    };
    expect(await live(1)).toEqual([60, 61]);
    expect(await live(99)).toHaveLength(mostOffers);
  });
});
