// The machine of the stall watch: what was remembered and what is seen now in, what to remember and what is to be done
// out. Pure: it sends nothing, and perform.ts does the effects. Suppressing a nudge never keeps a person from hearing.
import type { StallTier } from '../../contracts/watch.ts';
import type { StallOptions } from './config.ts';
import type { Facts } from './facts.ts';
import { nudgeId } from './nudge.ts';
import { quietSince } from './quiet.ts';
import type { StallEffect, TakeOver, Watch } from './record.ts';
import { merged, remember, signsSince } from './remember.ts';

export interface Judgement {
  readonly watch: Watch;
  readonly effects: readonly StallEffect[];
}

/** Why nothing can be given to an agent, in words. */
export const withoutInbox = 'it has no inbox';

/** Its gas is offered anew, or tried to be given, no oftener in one silence. */
export const mostOffers = 5;

/** One look. What is owed stays so, beside what comes new, where present facts still want it. */
export function judge(before: Watch, facts: Facts, now: number, options: StallOptions): Judgement {
  const { watch, effects } = judgeSilence(remember(before, facts, now, options), facts, now, options);
  if (before.owed.length === 0) return { watch, effects };
  const owed = before.owed.filter((effect) => isStillWanted(effect, watch, { facts, now, options }));
  return { watch: { ...watch, owed }, effects };
}

/** What was decided of a silence is of it alone: an agent at work again, or paused, is not told of it, and keeps its gas. */
function isStillWanted(effect: StallEffect, watch: Watch, { facts, options }: Circumstances): boolean {
  const { since } = watch;
  switch (effect.kind) {
    case 'recovered':
      return true;
    case 'out-of-gas':
      return watch.outOfGasSince === effect.since;
    case 'warn':
    case 'human':
      return since === effect.since;
    case 'nudge':
      return since !== null && effect.episode === episodeOf(watch);
    case 'reassign': {
      const { delivery, to } = effect.takeOver;
      if (facts.begun.includes(delivery)) return true;
      const isOfThis = since !== null && effect.episode === episodeOf(watch) && options.reassign === 'auto';
      return isOfThis && facts.takeOvers.some((one) => one.delivery === delivery && one.to === to);
    }
  }
}

function judgeSilence(watch: Watch, facts: Facts, now: number, options: StallOptions): Judgement {
  if (facts.isComplete) return complete(watch, facts, now, options);
  if (!facts.hasMission || facts.isPaused || facts.waitsFor !== null) return ended(watch, false);
  const { since, lastSignAt } = quiet(watch.signs, { watch, facts, now, options });
  const quietMs = now - since;
  // That a person lets it go on, or that it waited, is no work of its own.
  if (quietMs < options.warnAfterMs) return ended(watch, now - lastSignAt < options.warnAfterMs);
  const graceUntil = Math.max(watch.graceUntil, Math.min(facts.startedAt, now) + options.bootGraceMs);
  if (now < graceUntil) return { watch, effects: [] };
  // A sign that still leaves it silent begins another silence: its steps begin anew.
  const begun = watch.since !== null && since > watch.since ? ended(watch, false).watch : watch;
  return step({ ...begun, since }, quietMs, { facts, now, options });
}

/** The view of silence where nobody may be told: as `judge`, by age alone. It is as old as the last sign. */
export function silentSince(watch: Watch, facts: Facts, now: number, options: StallOptions): number | null {
  if (facts.isComplete || !facts.hasMission) return null;
  const signs = merged(watch.signs, facts.signs, now);
  const { since, lastSignAt } = quiet(signs, { watch, facts, now, options });
  return now - since >= options.warnAfterMs ? lastSignAt : null;
}

/** Whether it is at work by its own signs alone: that it waited, or that a person let it go on, is none. */
export function isAlive(watch: Watch, facts: Facts, now: number, options: StallOptions): boolean {
  if (facts.isComplete || !facts.hasMission) return false;
  // As its own look will count it: a percent told since the last one is work.
  const signs = merged(watch.signs, signsSince(watch, facts, now), now);
  return now - quiet(signs, { watch, facts, now, options }).lastSignAt < options.warnAfterMs;
}

interface Circumstances {
  readonly facts: Facts;
  readonly now: number;
  readonly options: StallOptions;
}

/** `since` when its silence counts, and when the last sign of it was, which may be longer ago. */
function quiet(signs: Watch['signs'], around: Circumstances & { readonly watch: Watch }) {
  const { watch, facts, now, options } = around;
  const sinceFloor = (floor: number) => quietSince(signs, Math.min(floor, now), options.lifeCountsMs);
  const { startedAt, resumedAt } = facts;
  return {
    since: sinceFloor(Math.max(startedAt, resumedAt ?? 0, watch.excusedAt ?? 0)),
    lastSignAt: sinceFloor(startedAt),
  };
}

/** Takes at most one step: after a leap of the clock, or a night without the platform, each still has its own time. */
function step(watch: Watch, quietMs: number, around: Circumstances): Judgement {
  const next = following[watch.tier];
  if (next !== null && isDue(next, watch, quietMs, around))
    return taken[next]({ ...watch, tier: next, tierAt: around.now }, around);
  // Whoever could take over may have been silent or busy when it was looked for first, and what is offered may lie there
  // no more.
  const isOffering = watch.tier === 'reassign' || watch.proposals.length > 0;
  return isOffering ? taken.reassign(watch, around) : { watch, effects: [] };
}

function isDue(
  next: Exclude<StallTier, 'none'>,
  watch: Watch,
  quietMs: number,
  { facts, now, options }: Circumstances,
): boolean {
  const { tier, tierAt } = watch;
  const dueMs = next === 'human' ? humanAfterMs(watch, facts, options) : afterMs(next, options);
  if (quietMs < dueMs) return false;
  return tier === 'none' || now - tierAt >= dueMs - afterMs(tier, options);
}

const following: Readonly<Record<StallTier, Exclude<StallTier, 'none'> | null>> = {
  none: 'warn',
  warn: 'nudge',
  nudge: 'reassign',
  reassign: 'human',
  human: null,
};

function afterMs(tier: StallTier, options: StallOptions): number {
  switch (tier) {
    case 'none':
      return 0;
    case 'warn':
      return options.warnAfterMs;
    case 'nudge':
      return options.nudgeAfterMs;
    case 'reassign':
      return options.reassignAfterMs;
    case 'human':
      return options.humanAfterMs;
  }
}

/** Where the nudge of this silence got nowhere, its effect is waited for no longer than another one would be. */
function humanAfterMs({ nudge, unnudged }: Watch, { lostNudges }: Facts, options: StallOptions): number {
  const { humanAfterMs: dueMs, reassignAfterMs, nudgeAfterMs, cooldownMs } = options;
  const isLost = unnudged === null && nudge !== null && lostNudges.includes(nudge);
  return isLost ? Math.min(dueMs, Math.max(reassignAfterMs, nudgeAfterMs + cooldownMs)) : dueMs;
}

type Taken = (watch: Watch, around: Circumstances) => Judgement;

const taken: Readonly<Record<Exclude<StallTier, 'none'>, Taken>> = {
  warn: (watch, { now }) => ({ watch, effects: [{ kind: 'warn', since: watch.since ?? now }] }),
  nudge: (watch, around) => {
    const { now } = around;
    const unnudged = suppression(watch, around);
    if (unnudged !== null) return { watch: { ...watch, unnudged }, effects: [] };
    const episode = episodeOf(watch);
    const nudge = nudgeId(watch.agent, episode);
    const effect = { kind: 'nudge', since: watch.since ?? now, episode } as const;
    return { watch: { ...watch, nudges: [...watch.nudges, now], nudge }, effects: [effect] };
  },
  reassign: (watch, { facts: { takeOvers }, options }) =>
    options.reassign === 'ask' ? offered(watch, takeOvers) : given(watch, takeOvers),
  human: (watch, { now }) => ({ watch, effects: [{ kind: 'human', since: watch.since ?? now }] }),
};

/** What is offered holds at every look: what lies there no more, or nobody can take, is not. */
function offered(watch: Watch, takeOvers: readonly TakeOver[]): Judgement {
  const isAnew = watch.proposals.length === 0 && takeOvers.length > 0;
  if (isAnew && watch.offers >= mostOffers) return { watch, effects: [] };
  const offers = watch.offers + (isAnew ? 1 : 0);
  return { watch: { ...watch, proposals: [...takeOvers], offers }, effects: [] };
}

/** One effect a piece, so that one that cannot be given keeps no other back. What is owed already is not given twice. */
function given(before: Watch, takeOvers: readonly TakeOver[]): Judgement {
  const watch = { ...before, proposals: [] };
  const episode = episodeOf(watch);
  const isOwed = ({ delivery }: TakeOver) =>
    watch.owed.some((one) => one.kind === 'reassign' && one.takeOver.delivery === delivery);
  const effects = takeOvers
    .filter((one) => !isOwed(one))
    .map((takeOver) => ({ kind: 'reassign', episode, takeOver }) as const);
  if (effects.length === 0 || watch.offers >= mostOffers) return { watch, effects: [] };
  return { watch: { ...watch, offers: watch.offers + 1 }, effects };
}

/** The same silence has the same name, in every process and after every crash. */
function episodeOf({ epoch, since }: Watch): string {
  return `${epoch}-${since}`;
}

function suppression({ nudges }: Watch, { facts, now, options }: Circumstances): string | null {
  if (!facts.hasInbox) return withoutInbox;
  if (nudges.length >= options.nudgesPerDay)
    return `${nudges.length} nudges decided within 24 h, which is all it gets`;
  const last = nudges.at(-1);
  return last !== undefined && now - last < options.cooldownMs
    ? 'one was decided in an earlier silence a short time ago'
    : null;
}

function complete(watch: Watch, facts: Facts, now: number, options: StallOptions): Judgement {
  const over = ended(watch, true);
  const { startedAt } = facts;
  // Gas that came during this mission is for the next one.
  const hasNext = facts.hasGas || (watch.gasAt !== null && watch.gasAt >= startedAt);
  if (hasNext || facts.isPaused) return { ...over, watch: { ...over.watch, outOfGasSince: null } };
  const since = Math.max(watch.signs.progress ?? 0, Math.min(startedAt, now), facts.resumedAt ?? 0);
  if (watch.outOfGasSince !== null || now - since < options.outOfGasAfterMs || now < watch.graceUntil)
    return over;
  return {
    watch: { ...over.watch, outOfGasSince: since },
    effects: [...over.effects, { kind: 'out-of-gas', since }],
  };
}

/** Outside of a silence; `told`: what was said of it is taken back. */
function ended(watch: Watch, told: boolean): Judgement {
  const { tier, since, tierAt } = watch;
  if (isOutside(watch)) return { watch, effects: [] };
  const rest: Watch = {
    ...watch,
    since: null,
    tier: 'none',
    unnudged: null,
    offers: 0,
    given: 0,
    proposals: [],
  };
  const effects: StallEffect[] =
    told && tier !== 'none' ? [{ kind: 'recovered', since: since ?? tierAt }] : [];
  return { watch: rest, effects };
}

/** Nearly every look finds it so: nothing is copied for it. */
function isOutside({ tier, since, unnudged, offers, given, proposals }: Watch): boolean {
  return tier === 'none' && since === null && unnudged === null && offers + given + proposals.length === 0;
}
