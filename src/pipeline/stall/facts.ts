// Makes the facts of one look out of what is stored of an agent and what its files say. Pure.
import { type Delivery, isClosed, isOwnWord } from '../delivery.ts';
import { moverOf, pauseOf, type Run, wordOn } from '../run.ts';
import { hasUnbegun } from '../stand-in.ts';
import type { Evidence } from './evidence.ts';
import { isNudge } from './nudge.ts';
import type { TakeOver, Watch } from './record.ts';

/** What is seen of an agent at one look. Times in ms since the epoch. */
export interface Facts {
  /** Whether it has a mission that somebody expects it to work on; one without is dormant. */
  readonly hasMission: boolean;
  readonly isComplete: boolean;
  readonly epoch: number;
  readonly percent: number | null;
  /** When its mission or its process began, whichever is later. */
  readonly startedAt: number;
  readonly isPaused: boolean;
  /** Whether anything can be given to it. */
  readonly hasInbox: boolean;
  /** When a person let it go on; null when nobody paused it. */
  readonly resumedAt: number | null;
  /** Signs of this look; one may be older than what is remembered. */
  readonly signs: Watch['signs'];
  /** On whose word its newest status is; undefined: its own. */
  readonly word?: string | undefined;
  /** On whose word its percent moved last; undefined: its own. */
  readonly mover?: string | undefined;
  /** The newest gas to it that is known. */
  readonly gasAt: number | null;
  /** Whether any is on the way to it, or lies there unaccepted, whenever it came. */
  readonly hasGas: boolean;
  /** The nudges to it that got nowhere: failed, or expired. */
  readonly lostNudges: readonly string[];
  /** The live agent that it waits for. */
  readonly waitsFor: string | null;
  /** Its unaccepted gas that others can take at present, oldest first. */
  readonly takeOvers: readonly TakeOver[];
  /** Deliveries that are owed to another agent, and were taken from this one already: it is finished whatever it does. */
  readonly begun: readonly string[];
}

/** What deliveries tell of a receiver. Times in ms since the epoch; null: nothing is known. */
export interface Received {
  /** When it last acknowledged one itself. */
  readonly inboxAt: number | null;
  /** When the newest gas to it was made. */
  readonly gasAt: number | null;
  /** Whether gas is on the way to it, or lies there unaccepted. */
  readonly hasGas: boolean;
  /** How many pieces of gas are on the way to it, or lie there unaccepted. */
  readonly open: number;
  /** As Facts. */
  readonly lostNudges: readonly string[];
}

/** Who is looked at. */
export interface Seen {
  readonly run: Run;
  /** Whether anything can be given to it; default true. */
  readonly hasInbox?: boolean;
  readonly evidence: Evidence;
  readonly received: Received;
}

/** As of an agent that stands alone: it waits for nobody, and nobody could take over from it. */
export function factsOf({ run, hasInbox = true, evidence, received }: Seen): Facts {
  const { word, mission } = run;
  // Whoever took gas has a mission, though no status has named it yet and the last one says 100 %.
  const isFuelled = hasUnbegun(run.assignments, mission.epoch);
  return {
    // A status without a mission and without tasks expects nothing of its agent.
    hasMission: isFuelled || (mission.epoch > 0 && !(mission.name === 'default' && run.percent === null)),
    isComplete: run.percent === 100 && !isFuelled,
    epoch: mission.epoch,
    percent: run.percent,
    startedAt: Math.max(mission.epochAt, evidence.processStartedAt ?? 0, isFuelled ? (run.since ?? 0) : 0),
    isPaused: pauseOf(run) !== null,
    resumedAt: word === null || word.paused ? null : word.at,
    signs: {
      ...(run.seenAt !== null && { heartbeat: run.seenAt }),
      ...(evidence.commitAt !== null && { commit: evidence.commitAt }),
      ...(evidence.processAt !== null && { process: evidence.processAt }),
      ...(received.inboxAt !== null && { inbox: received.inboxAt }),
    },
    word: wordOn(run),
    mover: moverOf(run),
    gasAt: received.gasAt,
    hasGas: received.hasGas,
    lostNudges: received.lostNudges,
    hasInbox,
    waitsFor: null,
    takeOvers: [],
    begun: [],
  };
}

/** By receiver. A nudge is no gas to go on with; that it was taken up is a sign of life all the same. */
export function receivedBy(deliveries: readonly Delivery[]): ReadonlyMap<string, Received> {
  const known = new Map<string, Received>();
  for (const delivery of deliveries) {
    const { gas, state } = delivery;
    const before = known.get(gas.to) ?? nothingReceived;
    // What somebody else says in the receiver's place is no sign of its life.
    const saidAt = delivery.steps.findLast(isOwnWord)?.at ?? null;
    const isGas = !isNudge(gas);
    const isOpen = isGas && !isClosed(state);
    const isLost = !isGas && (state === 'failed' || state === 'expired');
    known.set(gas.to, {
      inboxAt: saidAt === null ? before.inboxAt : Math.max(saidAt, before.inboxAt ?? 0),
      gasAt: isGas ? Math.max(gas.createdAt, before.gasAt ?? 0) : before.gasAt,
      hasGas: before.hasGas || isOpen,
      open: before.open + (isOpen ? 1 : 0),
      lostNudges: isLost ? [...before.lostNudges, gas.id] : before.lostNudges,
    });
  }
  return known;
}

export const nothingReceived: Received = {
  inboxAt: null,
  gasAt: null,
  hasGas: false,
  open: 0,
  lostNudges: [],
};
