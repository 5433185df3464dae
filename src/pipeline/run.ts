// What is known of one agent, and what that tells. machine.ts leads from one run to the next.
import { type Checkpoint, checkpoints, type RunState } from '../contracts/agents.ts';
import { plainText } from '../core/text.ts';
import type { Assignment } from './stand-in.ts';
import { fixedThresholds, levelOf, type Thresholds } from './thresholds.ts';

/** What is known of one agent. Times are those of the events, in the unit of the caller. */
export interface Run {
  readonly agent: string;
  readonly mission: RunMission;
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
  /** The newest word on whether its checkpoints may fire; null when nobody ever spoke. */
  readonly word: PauseWord | null;
  /** The newest report through a door; null when its file is all that ever spoke. */
  readonly told: Told | null;
  /** What it took, and for whom. */
  readonly assignments: readonly Assignment[];
}

/** Its present mission: what no report of it changes, so that each has it by reference. */
export interface RunMission {
  /** Grows with each change of mission; 0 before the first valid version. */
  readonly epoch: number;
  /** When its first version was read. */
  readonly epochAt: number;
  /** Null before the first. */
  readonly name: string | null;
  readonly baseline: readonly string[];
  /** Checkpoints that a person sent ahead or took out: they do not fire. */
  readonly settled: readonly Checkpoint[];
  /** Where its checkpoints fire. */
  readonly thresholds: Thresholds;
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

const noMission: RunMission = {
  epoch: 0,
  epochAt: 0,
  name: null,
  baseline: [],
  settled: [],
  thresholds: fixedThresholds,
};

/** The run of an agent of which nothing was read yet. */
export function newRun(agent: string): Run {
  return {
    agent,
    mission: noMission,
    maxPercent: null,
    percent: null,
    state: 'idle',
    since: null,
    problem: null,
    seenAt: null,
    writtenAt: null,
    readAt: null,
    word: null,
    told: null,
    assignments: [],
  };
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
export function ahead({ mission: { epoch, settled, thresholds }, maxPercent }: Run): readonly Checkpoint[] {
  if (epoch === 0) return [];
  return checkpoints
    .filter((checkpoint) => levelOf(thresholds, checkpoint) > (maxPercent ?? -1))
    .filter((checkpoint) => !settled.includes(checkpoint));
}
