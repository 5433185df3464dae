// The runs in Redis. Most changes of a run are one more percent: such a run is saved over what this process knows, so that it
// is not read before each report.
import type { Delivery } from './delivery.ts';
import type { Run } from './machine.ts';
import { createRecords, type RecordReaderDeps, type Records } from './record-reader.ts';
import { type Held, type Known, runSchema } from './records.ts';
import { type Commit, type RecordChange, recordChange } from './store-commit.ts';
import { fixedThresholds } from './thresholds.ts';

export interface RunRecords extends Omit<Records<Run>, 'wrote'> {
  /** With what changes beside it; false when one of the records changed since it was read. */
  save(
    held: Held<Run>,
    run: Run,
    opened: readonly Delivery[],
    beside: readonly RecordChange[],
  ): Promise<boolean>;
  /** False when Redis has not that very text any more. */
  saveOver(known: Known<Run>, run: Run): Promise<boolean>;
}

export function createRunRecords(deps: RecordReaderDeps, hash: string, commit: Commit): RunRecords {
  const { wrote, ...records } = createRecords<Run>(deps, hash, runSchema);
  const wroteRun = (version: number, value: Run, text: string) => {
    wrote(value.agent, { version, value, text });
    return true;
  };
  return {
    ...records,
    save: async (held, run, opened, beside) => {
      const change = runChange(held, run);
      return (await commit([change, ...beside], opened)) && wroteRun(held.version + 1, run, change.text);
    },
    saveOver: async (known, run) => {
      const change = { ...runChange(known, run), from: known.text };
      return (await commit([change], [])) && wroteRun(known.version + 1, run, change.text);
    },
  };
}

/** The change of a run that is saved in the same step as something else. */
export function runChange(held: Held<Run>, run: Run): RecordChange {
  return recordChange('runs', run.agent, held, brief(run));
}

/** Without what `runSchema` adds by itself, which is half of most runs. */
function brief(run: Run): object {
  const { settled, assignments, word, told, since, thresholds } = run;
  return {
    ...run,
    settled: settled.length === 0 ? undefined : settled,
    assignments: assignments.length === 0 ? undefined : assignments,
    word: word ?? undefined,
    told: told ?? undefined,
    since: since ?? undefined,
    thresholds: isFixed(thresholds) ? undefined : thresholds,
  };
}

function isFixed({ handover, backup, reason }: Run['thresholds']): boolean {
  return handover === fixedThresholds.handover && backup === fixedThresholds.backup && reason === null;
}
