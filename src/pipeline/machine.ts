// The machine of an agent's run: one version of its status in, the new run and what is to be done out.
// Pure, so that a recorded history and a live agent take the same path; intake.ts does the effects.
import { type Checkpoint, checkpoints, type RunState } from '../contracts/agents.ts';
import { plainText } from '../core/text.ts';
import { type Reading, readStatus, type ValidReading } from './progress/read-status.ts';
import { type Assignment, assign, leaveEpoch, worksFor } from './stand-in.ts';
import { fixedThresholds, levelOf, type Thresholds } from './thresholds.ts';

/** What is known of one agent. Times are those of the events, in the unit of the caller. */
export interface Run {
  readonly agent: string;
  /** Grows with each change of mission; 0 before the first valid version. */
  readonly epoch: number;
  /** When the epoch's first version was read. */
  readonly epochAt: number;
  readonly mission: string | null;
  readonly baseline: readonly string[];
  /** Highest percent of this epoch: what has fired lies at or below it. Null when none was known. */
  readonly maxPercent: number | null;
  /** Percent of the newest valid version; null is unknown. */
  readonly percent: number | null;
  /** Without a person's pause; `stateOf` has that. */
  readonly state: RunState;
  /** When that state began; null when it was never seen to. */
  readonly since: number | null;
  /** What is wrong with the newest version; null when nothing is. */
  readonly problem: string | null;
  /** When the agent last wrote a valid version, and not after we read it. */
  readonly seenAt: number | null;
  /** The same as its file says: it tells one word from the next, and may lie ahead of our clock. */
  readonly writtenAt: number | null;
  /** When the newest version of any kind was read. */
  readonly readAt: number | null;
  /** Checkpoints of this epoch that a person sent ahead or took out: they do not fire. */
  readonly settled: readonly Checkpoint[];
  /** The newest word on whether its checkpoints may fire; null when nobody ever spoke. */
  readonly word: PauseWord | null;
  /** The newest report through a door; null when its file is all that ever spoke. */
  readonly told: Told | null;
  /** Where the checkpoints of the present mission fire. */
  readonly thresholds: Thresholds;
  /** What it took, and for whom. */
  readonly assignments: readonly Assignment[];
}

/** Where the reports of an agent are: theirs to number, null while it gives no numbers. `at` is when we heard it, ms; `word` whose word it was, absent: its own. */
export interface Told {
  readonly epoch: number | null;
  readonly seq: number | null;
  readonly at: number;
  readonly word?: string | undefined;
  /** By its own clock, which may be ahead of ours, when the file was written that was taken last before it; absent: none was. */
  readonly fileAt?: number | undefined;
  /** On whose word its percent moved last; absent: its own. */
  readonly mover?: string | undefined;
}

/** A person's word that holds checkpoints back, or lets them go; `at` is when it was given, ms since the epoch. */
export interface PauseWord {
  readonly paused: boolean;
  readonly by: string;
  readonly at: number;
}

export interface RunEvent {
  readonly reading: Reading;
  /** When it was read. */
  readonly at: number;
  /** When its agent wrote it. */
  readonly writtenAt: number;
  /** Of a report through a door: what the run has been told by it. */
  readonly told?: Told;
  /** It begins a new epoch, though the mission may have the same name. Default: it does not. */
  readonly renews?: boolean;
  /** For a mission that begins with it; default: the fixed ones. */
  readonly thresholds?: Thresholds | undefined;
}

/** What changes a run's state besides its own words: its agent took gas, or waited for some too long. */
export type RunSign = 'fuelled' | 'dry';

/** A checkpoint was crossed, and its gas is to be handed over, or held while a person has paused the run. */
export interface DeliverEffect {
  readonly kind: 'deliver' | 'hold';
  readonly checkpoint: Checkpoint;
  readonly percent: number;
  /** The highest of its mission before; null when none was known. */
  readonly before: number | null;
  readonly done: readonly string[];
  readonly open: readonly string[];
  /** What the agent left for whoever goes on, where it came through a door. */
  readonly note?: string;
  readonly artefacts?: readonly string[];
}

export interface RunStep {
  readonly run: Run;
  readonly effects: readonly DeliverEffect[];
}

/** The run of an agent of which nothing was read yet. */
export function newRun(agent: string): Run {
  return {
    agent,
    epoch: 0,
    epochAt: 0,
    mission: null,
    baseline: [],
    maxPercent: null,
    percent: null,
    state: 'idle',
    since: null,
    problem: null,
    seenAt: null,
    writtenAt: null,
    readAt: null,
    settled: [],
    word: null,
    told: null,
    thresholds: fixedThresholds,
    assignments: [],
  };
}

/** From which states a sign leads to which; elsewhere it changes nothing. */
export const signTable: Readonly<
  Record<RunSign, { readonly from: readonly RunState[]; readonly to: RunState }>
> = {
  fuelled: { from: ['idle', 'complete', 'out_of_gas'], to: 'starting' },
  dry: { from: ['complete'], to: 'out_of_gas' },
};

/** A sign that does not fit returns the very same run. */
export function transitionBySign(run: Run, sign: RunSign, at: number): Run {
  const { from, to } = signTable[sign];
  return from.includes(run.state) ? { ...run, state: to, since: at } : run;
}

/** Its agent took gas, in the place of `meant` where that is another; the same gas again returns the very same run. */
export function transitionByGas(run: Run, gas: FuelGas, at: number): Run {
  const { from, epoch, meant, sentAt } = gas;
  const fuelled = transitionBySign(run, 'fuelled', at);
  const assignments = assign(run.assignments, {
    key: `${from} ${epoch}`,
    meant,
    from: isBegun(run, sentAt) ? run.epoch : run.epoch + 1,
  });
  return assignments === run.assignments ? fuelled : { ...fuelled, assignments };
}

/** Whose gas it was, of which mission, and for whom it was meant. */
export interface FuelGas {
  readonly from: string;
  readonly epoch: number;
  readonly meant: string;
  /** When it lay in the inbox, ms. */
  readonly sentAt: number;
}

/**
 * Whether the present mission may be the work already: an agent takes a gas and begins, and its status may be read before
 * that it took it. Then it began after the gas lay there, has handed nothing over, and nothing else was given to it.
 */
function isBegun({ epoch, epochAt, maxPercent, assignments }: Run, sentAt: number): boolean {
  return sentAt <= epochAt && (maxPercent ?? 0) < 75 && worksFor(assignments, epoch).length === 0;
}

/** What a person reads: a pause stands before everything else. */
export function stateOf(run: Run): RunState {
  return pauseOf(run) ? 'paused' : run.state;
}

/** On whose word its newest version is; undefined: its own, as a file that is newer than the newest report. */
export function wordOn({ told, seenAt }: Run): string | undefined {
  if (told?.word === undefined || seenAt === null || seenAt > told.at) return undefined;
  return plainText(told.word, 80);
}

/** On whose word its percent is what it is; undefined: its own. */
export function moverOf({ told }: Run): string | undefined {
  return told?.mover === undefined ? undefined : plainText(told.mover, 80);
}

/** The word that holds the run's checkpoints back; null when they fire. */
export function pauseOf({ word }: Run): PauseWord | null {
  return word?.paused ? word : null;
}

/** The checkpoints of the present mission that may still fire, lowest first. */
export function ahead({ epoch, maxPercent, settled, thresholds }: Run): readonly Checkpoint[] {
  if (epoch === 0) return [];
  return checkpoints
    .filter((checkpoint) => levelOf(thresholds, checkpoint) > (maxPercent ?? -1))
    .filter((checkpoint) => !settled.includes(checkpoint));
}

/** Reads `raw` with the run's own memory. */
export function readFor(run: Run, raw: string): Reading {
  return readStatus(raw, run.mission === null ? null : { mission: run.mission, baseline: run.baseline });
}

/** Whether a mission begins with it. */
export function beginsBy(
  run: Run,
  { reading, renews = false }: Pick<RunEvent, 'reading' | 'renews'>,
): boolean {
  return reading.kind === 'valid' && (run.mission !== reading.mission || renews);
}

/** An unusable version leaves everything but the problem as it was; a regression never lowers the maximum. */
export function transitionRun(run: Run, event: RunEvent): RunStep {
  const { reading } = event;
  if (reading.kind === 'invalid') {
    return { run: { ...run, problem: reading.detail, readAt: event.at }, effects: none };
  }
  const next = advanced(run, event, reading);
  const before = next.epoch === run.epoch ? run.maxPercent : null;
  // Nearly every version crosses nothing, so that is found out before a list is made.
  const crosses = crossesAny(next.thresholds, before ?? -1, reading.percent ?? -1);
  return { run: next, effects: crosses ? crossings(next, before, reading) : none };
}

const none: readonly DeliverEffect[] = [];
const noneSettled: Run['settled'] = [];

function advanced(run: Run, event: RunEvent, { mission, baseline, percent }: ValidReading): Run {
  const { at, writtenAt } = event;
  const begins = beginsBy(run, event);
  const reached = begins ? null : run.maxPercent;
  const state = begins ? stateAt(percent) : nextState(run, percent);
  return {
    agent: run.agent,
    epoch: begins ? run.epoch + 1 : run.epoch,
    epochAt: begins ? at : run.epochAt,
    mission,
    baseline,
    maxPercent: percent === null ? reached : Math.max(percent, reached ?? 0),
    percent,
    state,
    since: begins || state !== run.state ? at : run.since,
    problem: null,
    // a file that only we read again is no new word of its agent
    seenAt: run.writtenAt === writtenAt ? run.seenAt : Math.min(writtenAt, at),
    writtenAt,
    readAt: at,
    settled: begins ? noneSettled : run.settled,
    word: run.word,
    told: toldBy(run, event, begins || percent !== run.percent),
    thresholds: begins ? (event.thresholds ?? fixedThresholds) : run.thresholds,
    assignments: begins ? leaveEpoch(run.assignments, run) : run.assignments,
  };
}

/** Who only repeats a percent has not moved it. */
function toldBy({ told }: Run, { told: report }: RunEvent, isMoved: boolean): Told | null {
  const before = told?.mover;
  const mover = isMoved ? report?.word : before;
  const newest = report ?? told;
  if (newest === null || (before === undefined && mover === undefined)) return newest;
  const { mover: _before, ...rest } = newest;
  return { ...rest, ...(mover !== undefined && { mover }) };
}

function crossesAny(thresholds: Thresholds, before: number, percent: number): boolean {
  const { handover, backup } = thresholds;
  if (percent < handover || percent <= before) return false;
  return before < handover || (before < backup && backup <= percent) || percent === 100;
}

/** Of the run as it is now, lowest first. @param before the highest of its mission until now */
function crossings(
  run: Run,
  before: number | null,
  { done, open, note, artefacts, percent }: ValidReading,
): readonly DeliverEffect[] {
  if (percent === null) return none;
  const kind = pauseOf(run) ? 'hold' : 'deliver';
  const left = { ...(note !== undefined && { note }), ...(artefacts !== undefined && { artefacts }) };
  const crossed: DeliverEffect[] = [];
  for (const checkpoint of checkpoints) {
    const level = levelOf(run.thresholds, checkpoint);
    if (level <= (before ?? -1) || level > percent || run.settled.includes(checkpoint)) continue;
    crossed.push({ kind, checkpoint, percent, before, done, open, ...left });
  }
  return crossed;
}

/** What a sign told stands until the agent itself tells something new. */
function nextState(run: Run, percent: number | null): RunState {
  const bySign = run.state === 'starting' || run.state === 'out_of_gas';
  return bySign && percent === run.percent ? run.state : stateAt(percent);
}

/** Follows the present percent, also backwards: an agent that found more work is not complete. */
function stateAt(percent: number | null): RunState {
  if (percent === null) return 'idle';
  if (percent === 0) return 'starting';
  if (percent < 90) return 'executing';
  return percent < 100 ? 'completing' : 'complete';
}
