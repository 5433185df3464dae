// The stall machine on a virtual clock: which step comes when, and above all which does not.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stallConfigSchema } from '../../../src/pipeline/stall/config.ts';
import type { Facts } from '../../../src/pipeline/stall/facts.ts';
import { silentSince } from '../../../src/pipeline/stall/judge.ts';
import { excuseOf } from '../../../src/pipeline/stall/quiet.ts';
import { effectSchema } from '../../../src/pipeline/stall/record.ts';
import { stallsOf } from '../../../src/pipeline/stall/view.ts';
import { hour, minute, nudgeIn, StallLife, start, working } from './stall-life.ts';

const takeOver = { delivery: 'x1', to: 'B' };
/** Its gas lies there until it is given. */
const lyingOver = (life: StallLife) => ({
  ...working,
  takeOvers: life.count('reassign') === 0 ? [takeOver] : [],
});

describe('silence', () => {
  it('goes through every step at its time, each once', () => {
    const told = new StallLife().live(24 * hour, working).told();
    expect(told).toEqual(['15 warn', '30 nudge', '120 human']);
  });

  it('gives the gas to another where that needs nobody’s word, and only proposes it where it does', () => {
    const auto = new StallLife({ reassign: 'auto' });
    auto.live(90 * minute, () => lyingOver(auto));
    expect(auto.told()).toEqual(['15 warn', '30 nudge', '60 reassign']);
    const ask = new StallLife().live(90 * minute, { ...working, takeOvers: [takeOver] });
    expect(ask.told()).toEqual(['15 warn', '30 nudge']);
    expect(ask.watch.proposals).toEqual([takeOver]);
  });

  it('looks again for whoever could take over, once, until a person is called, who is not called later for it', () => {
    const from = (life: StallLife, at: number) => (now: number) =>
      now < start + at * minute ? working : lyingOver(life);
    const auto = (at: number) => {
      const life = new StallLife({ reassign: 'auto' });
      return life.live(5 * hour, from(life, at)).told();
    };
    expect(auto(80)).toEqual(['15 warn', '30 nudge', '80 reassign', '120 human']);
    expect(auto(121)).toEqual(['15 warn', '30 nudge', '120 human']);
    const ask = new StallLife();
    ask.live(80 * minute, from(ask, 80));
    expect(ask.watch.proposals).toEqual([takeOver]);
    expect(ask.live(5 * hour, working).told()).toEqual(['15 warn', '30 nudge', '120 human']);
  });

  it('has at most one agent take over, and calls a person in time, whoever comes and goes', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.boolean()), (isThere) => {
        const life = new StallLife({ reassign: 'auto' });
        life.live(3 * hour, () => (isThere.next().value ? lyingOver(life) : working));
        expect(life.count('reassign')).toBeLessThanOrEqual(1);
        expect(life.told().at(-1)).toBe('120 human');
      }),
    );
  });

  it('is over with the first sign of work, and told to be', () => {
    const life = new StallLife().live(40 * minute, working);
    life.live(41 * minute, { ...working, signs: { commit: start + 41 * minute } });
    expect(life.told()).toEqual(['15 warn', '30 nudge', '41 recovered']);
    expect(life.watch).toMatchObject({ tier: 'none', since: null });
  });

  it('is not broken by a heartbeat that goes on for hours beside no work', () => {
    const beating = (now: number): Facts => ({ ...working, signs: { heartbeat: now } });
    expect(new StallLife().live(10 * hour, beating).told()).toEqual(['76 warn', '91 nudge', '181 human']);
  });

  it('never begins while percent moves, or commits come', () => {
    const moving = (now: number): Facts => ({
      ...working,
      percent: Math.floor((now - start) / (20 * minute)),
      signs: { heartbeat: now },
    });
    const committing = (now: number): Facts => ({
      ...working,
      signs: { commit: now - (now % (10 * minute)) },
    });
    expect(new StallLife().live(24 * hour, moving).told()).toEqual([]);
    expect(new StallLife().live(24 * hour, committing).told()).toEqual([]);
  });
});

describe('nudges', () => {
  it('stay within their budget in 24 h of an agent that takes each up and does nothing', () => {
    const life = new StallLife({ lifeCountsMs: 48 * hour, cooldownMs: 10 * minute });
    let takenAt = start;
    life.live(24 * hour, () => {
      const last = life.effects.findLast(({ effect }) => effect.kind === 'nudge');
      if (last) takenAt = start + (last.minute + 1) * minute;
      return { ...working, signs: { inbox: takenAt } };
    });
    expect(life.count('nudge')).toBe(4);
  });

  it('keep their cooldown over silences', () => {
    const life = new StallLife({ cooldownMs: 3 * hour, nudgesPerDay: 100 });
    // A commit each 40 min: every silence is long enough for a nudge of its own.
    life.live(24 * hour, (now) => ({ ...working, signs: { commit: now - ((now - start) % (40 * minute)) } }));
    const at = life.effects.filter(({ effect }) => effect.kind === 'nudge').map((one) => one.minute);
    expect(at.length).toBeGreaterThan(3);
    const apart = at.slice(1).map((one, i) => one - (at[i] ?? 0));
    expect(Math.min(...apart)).toBeGreaterThanOrEqual(180);
  });

  it('that are not sent keep no person from hearing of it', () => {
    const life = new StallLife({ nudgesPerDay: 0 }).live(3 * hour, working);
    expect(life.told()).toEqual(['15 warn', '120 human']);
    expect(life.watch.unnudged).toContain('0 nudges');
  });

  it('are not sent to an agent without an inbox, and cost it none; the other steps keep their time', () => {
    const facts = { ...working, hasInbox: false };
    const life = new StallLife().live(20 * minute, facts);
    const detail = () => stallsOf(life.watch, life.now, { hasInbox: false })[0]?.detail;
    expect(detail()).toContain('; not nudged: it has no inbox');
    expect(life.live(3 * hour, facts).told()).toEqual(['15 warn', '120 human']);
    expect(life.watch).toMatchObject({ nudges: [], unnudged: 'it has no inbox' });
    expect(detail()).toContain('; not nudged: it has no inbox');
  });

  it('stay within budget and cooldown in any life, also one whose clock leaps', () => {
    const step = fc.record({
      minutes: fc.integer({ min: 1, max: 40 }),
      leap: fc.oneof(
        { weight: 9, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.integer({ min: -300, max: 300 }) },
      ),
      sign: fc.constantFrom('commit', 'heartbeat', 'inbox', null),
      isPaused: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const life = new StallLife();
        let elapsed = 0;
        const sentAt: number[] = [];
        for (const { minutes, leap, sign, isPaused } of steps) {
          const signs = sign === null ? {} : { [sign]: life.now };
          for (let i = 0; i < minutes; i += 1) {
            const before = life.count('nudge');
            life.now += minute;
            elapsed += 1;
            life.look({ ...working, isPaused, signs });
            if (life.count('nudge') > before) sentAt.push(elapsed);
          }
          life.now += leap * minute;
        }
        const leaps = steps.reduce((sum, { leap }) => sum + Math.max(0, leap), 0);
        for (const at of sentAt) {
          expect(
            sentAt.filter((other) => other <= at && at - other < 24 * 60 - leaps).length,
          ).toBeLessThanOrEqual(4);
        }
      }),
      { seed: 20_261_126, numRuns: 60 },
    );
  }, 30_000);
});

describe('nobody is stalled', () => {
  it.each<readonly [string, Partial<Facts>]>([
    ['without a mission', { hasMission: false }],
    ['whom a person has paused', { isPaused: true }],
    ['who waits for a live agent', { waitsFor: 'B' }],
  ])('%s, for a whole day', (_, given) => {
    expect(new StallLife().live(24 * hour, { ...working, ...given }).told()).toEqual([]);
  });

  it('within the grace after the platform came, whatever its signs', () => {
    const life = new StallLife({ bootGraceMs: 30 * minute });
    life.live(25 * minute, { ...working, startedAt: start - 10 * hour, signs: { commit: start - 9 * hour } });
    expect(life.told()).toEqual([]);
  });

  it('within the grace after its own start', () => {
    const facts = { ...working, startedAt: start + 100 * minute, signs: {} };
    const started = new StallLife({ bootGraceMs: 40 * minute });
    started.now = start + 100 * minute;
    expect(started.live(139 * minute, facts).told()).toEqual([]);
    expect(started.live(150 * minute, facts).told()).toEqual(['141 warn']);
  });

  it('for the time that a person had paused it, or that it waited', () => {
    const life = new StallLife().live(60 * minute, { ...working, waitsFor: 'B' });
    expect(life.live(74 * minute, working).told()).toEqual([]);
    expect(life.live(76 * minute, working).told()).toEqual(['75 warn']);
    const resumed = { ...working, resumedAt: start + 3 * hour };
    const other = new StallLife().live(3 * hour, { ...working, isPaused: true });
    expect(other.live(4 * hour, resumed).told()).toEqual(['195 warn', '210 nudge']);
  });
});

describe('a silent agent that a person let go on', () => {
  const resumed = { ...working, resumedAt: start + 130 * minute };

  it.each([
    ['after a look at its pause', 129],
    ['before any look at its pause', 130],
  ])('%s, has not worked: nobody is told so, and its time begins anew', (_what, pausedAt) => {
    const life = new StallLife().live(pausedAt * minute, working);
    life.live(130 * minute, { ...working, isPaused: true }).live(3 * hour, resumed);
    expect(life.told()).toEqual(['15 warn', '30 nudge', '120 human', '145 warn', '160 nudge']);
  });

  it('is known to be silent since its last sign, and that its nudge is not repeated yet', () => {
    const life = new StallLife().live(129 * minute, working);
    life.live(130 * minute, { ...working, isPaused: true }).live(150 * minute, resumed);
    expect(silentSince(life.watch, resumed, life.now, stallConfigSchema.parse({}))).toBe(start);
    const detail =
      'last sign: progress, 150 min ago; nudged 120 min ago (sent, not acknowledged), not again yet';
    const nudge = nudgeIn('sent', life.watch);
    expect(stallsOf(life.watch, life.now, { nudge })).toMatchObject([{ kind: 'quiet', detail }]);
  });

  it('and that worked since its last nudge, was not nudged yet', () => {
    const life = new StallLife().live(40 * minute, working);
    life.live(60 * minute, { ...working, signs: { commit: start + 41 * minute } });
    expect(stallsOf(life.watch, life.now)[0]?.detail).toContain('; not nudged yet');
  });
});

describe('a clock', () => {
  it('that leaps ahead begins a grace, and steps keep their distance', () => {
    const life = new StallLife().live(5 * minute, working);
    life.now += 10 * hour;
    life.look(working);
    expect(life.told()).toEqual([]);
    life.live(12 * hour, working);
    expect(life.told()).toEqual(['615 warn', '630 nudge', '720 human']);
  });

  it('that is set back makes no sign of tomorrow hide a silence', () => {
    const life = new StallLife();
    life.now = start + 24 * hour;
    life.look({ ...working, signs: { commit: life.now } });
    life.now = start;
    life.live(20 * minute, { ...working, signs: { commit: start + 24 * hour }, startedAt: start - hour });
    // Each look hears of the same commit of tomorrow: it counts as one of now, and the next real look decides.
    expect(life.told()).toEqual([]);
    life.live(40 * minute, { ...working, startedAt: start - hour });
    expect(life.told()[0]).toMatch(/ warn$/);
  });
});

describe('an agent at 100 %', () => {
  const done = { ...working, isComplete: true, percent: 100 };

  it('is no stalled one; without a next gas it is told to be out of gas, once', () => {
    expect(new StallLife().live(24 * hour, done).told()).toEqual(['15 out-of-gas']);
  });

  it('is to be sent some, unless it has no inbox', () => {
    const { watch, now } = new StallLife().live(hour, done);
    const detail = (hasInbox = true) => stallsOf(watch, now, { hasInbox })[0]?.detail;
    expect(detail()).toBe('send it some: gas send A "…"');
    expect(detail(false)).toBe('it has no inbox; give it its next mission where it works');
  });

  it('that has its next gas already is not', () => {
    expect(new StallLife().live(24 * hour, { ...done, gasAt: start + minute }).told()).toEqual([]);
  });

  it('that has not acknowledged gas of an earlier mission is not, until nothing lies there any more', () => {
    const life = new StallLife().live(hour, { ...done, gasAt: start - hour, hasGas: true });
    expect(life.told()).toEqual([]);
    expect(life.live(2 * hour, { ...done, gasAt: start - hour }).told()).toEqual(['61 out-of-gas']);
  });

  it('is out of it no more when gas comes, or another mission', () => {
    const life = new StallLife().live(hour, done);
    expect(life.watch.outOfGasSince).toBe(start);
    life.live(61 * minute, { ...done, gasAt: life.now });
    expect(life.watch.outOfGasSince).toBeNull();
    const other = new StallLife()
      .live(hour, done)
      .live(61 * minute, { ...working, epoch: 2, startedAt: start + hour });
    expect(other.watch.outOfGasSince).toBeNull();
  });
});

describe('waiting', () => {
  const waits = (...pairs: readonly (readonly [string, readonly string[]])[]) => new Map(pairs);

  it('for a live agent excuses, also through others', () => {
    const chain = waits(['A', ['B']], ['B', ['C']]);
    expect(excuseOf('A', chain, (agent) => agent === 'C')).toBe('C');
  });

  it('for one that is silent itself excuses nobody', () => {
    expect(excuseOf('A', waits(['A', ['B']]), () => false)).toBeNull();
  });

  it('for each other excuses neither, though each waits', () => {
    const circle = waits(['A', ['B']], ['B', ['A']]);
    expect(excuseOf('A', circle, (agent) => agent === 'A')).toBeNull();
  });
});

it('keeps every effect in a form that can be stored', () => {
  const life = new StallLife({ reassign: 'auto' }).live(3 * hour, { ...working, takeOvers: [takeOver] });
  for (const { effect } of life.effects) expect(effectSchema.parse(effect)).toEqual(effect);
});

it('refuses steps that are not in their order', () => {
  expect(stallConfigSchema.safeParse({ warnAfterMs: 2 * hour }).error?.issues[0]?.path).toEqual([
    'warnAfterMs',
  ]);
});
