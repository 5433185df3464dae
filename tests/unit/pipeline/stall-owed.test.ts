// What the watch had decided and could not do at once: it is judged again by what is seen then.
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../../src/core/logger.ts';
import type { Delivery } from '../../../src/pipeline/delivery.ts';
import type { Run } from '../../../src/pipeline/run.ts';
import { stallConfigSchema } from '../../../src/pipeline/stall/config.ts';
import type { StallEffect, Watch } from '../../../src/pipeline/stall/record.ts';
import { createStallWatch } from '../../../src/pipeline/stall/stall-watch.ts';
import { hour, minute, start } from './stall-life.ts';
import { lying, runOf, storeOf, watchesIn } from './stall-scene.ts';

/** Its percent moves with every ten minutes that it is seen. */
const run = (agent: string, seenAt: number): Run => ({
  ...runOf(agent, seenAt),
  percent: Math.floor((seenAt - start) / (10 * minute)),
});

/** B is silent over gas of A that cannot be taken from its inbox; C and D are at work. */
class Owing {
  now = start;
  b: Partial<Run> = {};
  silent: readonly string[] = ['B'];
  isAway = true;
  lying: Delivery = lying;
  readonly done: string[] = [];
  readonly #watches = new Map<string, Watch>();

  readonly #watch = createStallWatch(
    {
      store: {
        ...storeOf(
          () => this.#runs(),
          () => (this.lying.state === 'sent' ? [this.lying] : []),
        ),
        delivery: async () => ({ version: 1, value: this.lying }),
      },
      watches: watchesIn(this.#watches),
      perform: async (watch, effect) => this.#perform(watch, effect),
      clock: { now: () => this.now },
      logger: silentLogger,
    },
    {
      agents: ['A', 'B', 'C', 'D'].map((id) => ({ id })),
      stall: stallConfigSchema.parse({ reassign: 'auto', bootGraceMs: 0 }),
    },
  );

  async live(untilMs: number): Promise<this> {
    for (; this.now <= start + untilMs; this.now += minute) await this.#watch.look();
    return this;
  }

  owed(): readonly string[] {
    return this.#watches.get('B')?.owed.map(({ kind }) => kind) ?? [];
  }

  #runs(): Run[] {
    const all = ['A', 'B', 'C', 'D'].map((id) => run(id, this.silent.includes(id) ? start : this.now));
    return all.map((one) => (one.agent === 'B' ? { ...one, ...this.b } : one));
  }

  #perform({ agent }: Watch, effect: StallEffect): 'done' | 'given' {
    if (agent !== 'B' || effect.kind !== 'reassign') return 'done';
    if (this.isAway) throw new TypeError('ENOTDIR');
    this.done.push(`${effect.takeOver.delivery} to ${effect.takeOver.to}`);
    this.lying = { ...this.lying, state: 'rerouted' };
    return 'given';
  }
}

describe('gas that is owed to another agent', () => {
  it('is given as soon as it can be, while its agent is silent', async () => {
    const life = await new Owing().live(70 * minute);
    expect([life.owed(), life.done]).toEqual([['reassign'], []]);
    life.isAway = false;
    await life.live(75 * minute);
    expect([life.owed(), life.done]).toEqual([[], ['x1 to C']]);
  });

  it.each<readonly [string, (life: Owing) => void]>([
    ['is at work again', (life) => Object.assign(life.b, { percent: 41, seenAt: life.now })],
    [
      'was paused by a person',
      (life) => Object.assign(life.b, { word: { paused: true, by: 'ann', at: life.now } }),
    ],
    ['was told to have it', (life) => Object.assign(life, { lying: { ...life.lying, state: 'accepted' } })],
  ])('stays with an agent that %s by then', async (_what, happens) => {
    const life = await new Owing().live(70 * minute);
    happens(life);
    life.isAway = false;
    await life.live(2 * hour);
    expect([life.owed(), life.done]).toEqual([[], []]);
  });

  it('goes to one that is at work by then', async () => {
    const life = await new Owing().live(70 * minute);
    life.silent = ['B', 'C'];
    await life.live(90 * minute);
    life.isAway = false;
    await life.live(100 * minute);
    expect([life.owed(), life.done]).toEqual([[], ['x1 to D']]);
  });

  it('is finished where it was taken back already, whatever its agent does since', async () => {
    const life = await new Owing().live(70 * minute);
    life.lying = { ...life.lying, state: 'rerouted' };
    Object.assign(life.b, { percent: 41, seenAt: life.now });
    await life.live(71 * minute);
    expect(life.owed()).toEqual(['reassign']);
    life.isAway = false;
    await life.live(72 * minute);
    expect([life.owed(), life.done]).toEqual([[], ['x1 to C']]);
  });
});
