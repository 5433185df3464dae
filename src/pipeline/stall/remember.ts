// What the watch remembers after a look, before it is judged: the newest sign of each source, and how far its work is. Pure.
import { signSources } from '../../contracts/watch.ts';
import type { StallOptions } from './config.ts';
import type { Facts } from './facts.ts';
import { notePace } from './pace.ts';
import type { Watch } from './record.ts';

/** Nothing of it is decided yet; whatever ran ahead of a clock that was set back is brought back to `now`. */
export function remember(before: Watch, facts: Facts, now: number, options: StallOptions): Watch {
  const { epoch, percent, waitsFor } = facts;
  const isNew = epoch !== before.epoch;
  const isGap = now - before.judgedAt > gapMs || before.judgedAt - now > skewMs;
  const graceUntil = isGap
    ? now + options.bootGraceMs
    : Math.min(before.graceUntil, now + options.bootGraceMs);
  // Made of each agent at each look: a copy that is then written over costs a third of one that is spread into.
  return Object.assign({ ...before }, {
    signs: merged(before.signs, signsSince(before, facts, now), now),
    words: wordsSince(before, facts),
    epoch,
    percent,
    pace:
      epoch > 0 ? notePace(before.pace, { isNew, percent, at: facts.signs.heartbeat ?? now }) : before.pace,
    tierAt: Math.min(before.tierAt, now),
    nudges: before.nudges.map((at) => Math.min(at, now)).filter((at) => now - at < dayMs),
    gasAt: newer(before.gasAt, facts.gasAt),
    outOfGasSince: facts.isComplete && epoch === before.epoch ? before.outOfGasSince : null,
    excusedAt: waitsFor === null ? before.excusedAt : now,
    waitsFor,
    graceUntil,
    judgedAt: now,
  } satisfies Partial<Watch>);
}

/**
 * What is seen now, and that its percent moved since `before`: it came with the newest version, so it moved when that was
 * written, or earlier.
 */
export function signsSince(
  before: Pick<Watch, 'epoch' | 'percent'>,
  facts: Pick<Facts, 'epoch' | 'percent' | 'signs'>,
  now: number,
): Watch['signs'] {
  const { signs } = facts;
  return hasMoved(before, facts) ? { ...signs, progress: signs.heartbeat ?? now } : signs;
}

/** On whose word the signs are that a status tells of: the newest version may repeat what another said. */
export function wordsSince(
  before: Pick<Watch, 'epoch' | 'percent' | 'words'>,
  facts: Pick<Facts, 'epoch' | 'percent' | 'word' | 'mover'>,
): Watch['words'] {
  const { word: heartbeat, mover } = facts;
  const progress = hasMoved(before, facts) ? mover : before.words.progress;
  // Nearly nobody speaks in the place of another.
  if (heartbeat === undefined && progress === undefined) return ownWords;
  return { ...(progress !== undefined && { progress }), ...(heartbeat !== undefined && { heartbeat }) };
}

const ownWords: Watch['words'] = {};

type Moving = Pick<Watch, 'epoch' | 'percent'>;

function hasMoved(before: Moving, { epoch, percent }: Moving): boolean {
  return epoch > 0 && (epoch !== before.epoch || percent !== before.percent);
}

/** The newest of both, and none ahead of the clock: after it was set back, a sign ages from now on. */
export function merged(a: Watch['signs'], b: Watch['signs'], now: number): Watch['signs'] {
  const newest: Watch['signs'] = {};
  for (const source of signSources) {
    const at = Math.max(a[source] ?? -1, b[source] ?? -1);
    if (at >= 0) newest[source] = Math.min(at, now);
  }
  return newest;
}

function newer(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}

const dayMs = 86_400_000;
/** Looks further apart than this: nobody watched meanwhile, or a clock was set. */
const gapMs = 300_000;
/** A clock that is further behind the last look than this was set back. */
const skewMs = 60_000;
