// The runs in Redis. Most changes of a run are one more percent: such a run is saved over what this process knows, so that it
// is not read before each report.
import type { z } from 'zod';
import type { Rhythm } from '../core/gather.ts';
import type { Delivery } from './delivery.ts';
import { createRecords, type RecordReaderDeps, type Records } from './record-reader.ts';
import { type Held, type Known, runSchema } from './records.ts';
import type { Run, RunMission } from './run.ts';
import { type Commit, type RecordChange, recordChange } from './store-commit.ts';
import { fixedThresholds } from './thresholds.ts';

/** What is created, and what else changes in the same step. */
type Beside = readonly [opened: readonly Delivery[], changes: readonly RecordChange[]];

export interface RunRecords extends Omit<Records<Run>, 'wrote'> {
  /** False when one of the records changed since it was read. */
  save(held: Held<Run>, run: Run, ...beside: Beside): Promise<boolean>;
  /** The same over what is only known; false also when Redis has not that very text any more. */
  saveOver(known: Known<Run>, run: Run, ...beside: Beside): Promise<boolean>;
}

export function createRunRecords(
  { rhythm, ...deps }: RecordReaderDeps & { readonly rhythm: Rhythm },
  hash: string,
  commit: Commit,
): RunRecords {
  const { wrote, ...records } = createRecords<Run>(deps, hash, runSchema, rhythm);
  const save = (held: Held<Run>, from: string, run: Run, [opened, changes]: Beside) => {
    const change = { ...runChange(held, run), from };
    return commit(changes.length === 0 ? [change] : [change, ...changes], opened).then((isSaved = false) => {
      if (isSaved) wrote(run.agent, { version: held.version + 1, value: run, text: change.text });
      return isSaved;
    });
  };
  return {
    ...records,
    save: (held, run, ...beside) => save(held, '', run, beside),
    saveOver: (known, run, ...beside) => save(known, known.text, run, beside),
  };
}

/** The change of a run that is saved in the same step as something else. */
export function runChange(held: Held<Run>, run: Run): RecordChange {
  return recordChange('runs', run.agent, held, brief(run));
}

/**
 * Flat, and without what `runSchema` adds by itself, which is half of most runs. One literal: a copy of the run to which
 * fields are added takes six times as long.
 */
function brief(run: Run): object {
  const { epoch, epochAt, name, baseline, settled, thresholds } = run.mission;
  return {
    agent: run.agent,
    epoch,
    epochAt,
    mission: name,
    baseline,
    maxPercent: run.maxPercent,
    percent: run.percent,
    state: run.state,
    since: run.since ?? undefined,
    problem: run.problem,
    seenAt: run.seenAt,
    writtenAt: run.writtenAt,
    readAt: run.readAt,
    settled: settled.length === 0 ? undefined : settled,
    word: run.word ?? undefined,
    told: run.told ?? undefined,
    thresholds: isFixed(thresholds) ? undefined : thresholds,
    assignments: run.assignments.length === 0 ? undefined : run.assignments,
  } satisfies Record<keyof z.input<typeof runSchema>, unknown>;
}

function isFixed({ handover, backup, reason }: RunMission['thresholds']): boolean {
  return handover === fixedThresholds.handover && backup === fixedThresholds.backup && reason === null;
}
