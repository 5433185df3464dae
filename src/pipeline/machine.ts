// The machine of an agent's run: one version of its status in, the new run and what is to be done out.
// Pure, so that a recorded history and a live agent take the same path; intake.ts does the effects.
import { type Checkpoint, checkpoints, type RunState } from '../contracts/agents.ts';
import { type Reading, readStatus, type ValidReading } from './progress/read-status.ts';
import { pauseOf, type Run, type Told } from './run.ts';
import { assign, leaveEpoch, worksFor } from './stand-in.ts';
import { fixedThresholds, levelOf, type Thresholds } from './thresholds.ts';

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
    from: run.mission.epoch + (isBegun(run, sentAt) ? 0 : 1),
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
function isBegun({ mission, maxPercent, assignments }: Run, sentAt: number): boolean {
  const { epoch, epochAt } = mission;
  return sentAt <= epochAt && (maxPercent ?? 0) < 75 && worksFor(assignments, epoch).length === 0;
}

/** Reads `raw` with the run's own memory. */
export function readFor(run: Run, raw: string): Reading {
  const { name, baseline } = run.mission;
  return readStatus(raw, name === null ? null : { mission: name, baseline });
}

/** Whether a mission begins with it. */
export function beginsBy(
  run: Run,
  { reading, renews = false }: Pick<RunEvent, 'reading' | 'renews'>,
): boolean {
  return reading.kind === 'valid' && (run.mission.name !== reading.mission || renews);
}

/** An unusable version leaves everything but the problem as it was; a regression never lowers the maximum. */
export function transitionRun(run: Run, event: RunEvent): RunStep {
  const { reading } = event;
  if (reading.kind === 'invalid') {
    return { run: { ...run, problem: reading.detail, readAt: event.at }, effects: none };
  }
  const begins = beginsBy(run, event);
  const next = begins ? begun(run, event, reading) : goneOn(run, event, reading);
  const before = begins ? null : run.maxPercent;
  // Nearly every version crosses nothing, so that is found out before a list is made.
  const crosses = crossesAny(next.mission.thresholds, before ?? -1, reading.percent ?? -1);
  return { run: next, effects: crosses ? crossings(next, before, reading) : none };
}

const none: readonly DeliverEffect[] = [];

/** The present mission goes on. */
function goneOn(run: Run, event: RunEvent, { percent }: ValidReading): Run {
  const { at, writtenAt } = event;
  const state = nextState(run, percent);
  return {
    agent: run.agent,
    mission: run.mission,
    maxPercent: higher(run.maxPercent, percent),
    percent,
    state,
    since: state === run.state ? run.since : at,
    problem: null,
    seenAt: seenBy(run, event),
    writtenAt,
    readAt: at,
    word: run.word,
    told: toldBy(run, event, percent !== run.percent),
    assignments: run.assignments,
  };
}

/** A mission begins. */
function begun(run: Run, event: RunEvent, { mission, baseline, percent }: ValidReading): Run {
  const { at, writtenAt, thresholds = fixedThresholds } = event;
  const { epoch } = run.mission;
  return {
    agent: run.agent,
    mission: { epoch: epoch + 1, epochAt: at, name: mission, baseline, settled: [], thresholds },
    maxPercent: percent,
    percent,
    state: stateAt(percent),
    since: at,
    problem: null,
    seenAt: seenBy(run, event),
    writtenAt,
    readAt: at,
    word: run.word,
    told: toldBy(run, event, true),
    assignments: leaveEpoch(run.assignments, { epoch, maxPercent: run.maxPercent }),
  };
}

function higher(a: number | null, b: number | null): number | null {
  return a === null || (b !== null && b > a) ? b : a;
}

/** A file that only we read again is no new word of its agent. */
function seenBy(run: Run, { at, writtenAt }: RunEvent): number | null {
  return run.writtenAt === writtenAt ? run.seenAt : Math.min(writtenAt, at);
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
  const { thresholds, settled } = run.mission;
  const crossed: DeliverEffect[] = [];
  for (const checkpoint of checkpoints) {
    const level = levelOf(thresholds, checkpoint);
    if (level <= (before ?? -1) || level > percent || settled.includes(checkpoint)) continue;
    crossed.push({ kind, checkpoint, percent, before, done, open });
  }
  if (note === undefined && artefacts === undefined) return crossed;
  const left = { ...(note !== undefined && { note }), ...(artefacts !== undefined && { artefacts }) };
  return crossed.map((one) => ({ ...one, ...left }));
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
