// What a report through a door means for a run: news, or told before. Pure; the intake stores it. Reports are in order by
// epoch and seq, not by when they arrive, since HTTP and AMQP may overtake themselves.
import type { ProgressAnswer, ProgressReport } from '../../contracts/progress.ts';
import type { RunEvent, RunStep } from '../machine.ts';
import type { Run, Told } from '../run.ts';
import type { ValidReading } from './read-status.ts';

/** What the machine is to make of it; or why nothing, and what was taken last. */
export type Weighed =
  | { readonly event: RunEvent }
  | (Overtaken & { readonly event: null; readonly last: Told });

interface Overtaken {
  readonly reason: 'duplicate' | 'late';
  /** For people. */
  readonly detail: string;
}

/** No report is as old: its clock was never set, or it counts seconds. ms, in the year 2001. */
const firstTime = 1_000_000_000_000;

/** @param arrival `now` in ms since the epoch; `word` says whose word it is where it is not the agent's own */
export function weighReport(
  run: Run,
  report: ProgressReport,
  { now, word }: { readonly now: number; readonly word?: string | undefined },
): Weighed {
  const last = run.told;
  const overtaken = last === null ? null : overtakenBy(last, report);
  if (last !== null && overtaken !== null) return { event: null, last, ...overtaken };
  const isRenewed = last !== null && isGreater(report.epoch, last.epoch);
  const told = {
    epoch: report.epoch ?? last?.epoch ?? null,
    seq: report.seq ?? (isRenewed ? null : (last?.seq ?? null)),
    at: now,
    ...(word !== undefined && { word }),
    ...fileBefore(run),
  };
  const reading = readReport(run, report);
  const { at = now } = report;
  // The clock of an agent may be ahead of ours, or was never set; what it says of the past is taken.
  const writtenAt = at < firstTime ? now : Math.min(at, now);
  return { event: { reading, at: now, writtenAt, told, renews: isRenewed } };
}

/** What the agent is answered. */
export function answerTo(weighed: Weighed, { run, effects }: RunStep): ProgressAnswer {
  if (weighed.event === null) {
    const { reason, detail, last } = weighed;
    return { accepted: false, reason, detail, last: { epoch: last.epoch, seq: last.seq } };
  }
  const { mission, percent } = run;
  const crossed = effects.map(({ checkpoint }) => checkpoint);
  return { accepted: true, mission: mission.name ?? '', epoch: mission.epoch, percent, crossed };
}

/** Whether a file says nothing that a door has not said since: an agent may have left its old status.json behind. */
export function isOlderThanTold({ told }: Run, writtenAt: number): boolean {
  return told !== null && (writtenAt <= told.at || writtenAt === told.fileAt);
}

/** The file that was taken last before a report: of a file alone the run knows a time that is later than what it was told. */
function fileBefore({ writtenAt, told }: Run): Pick<Told, 'fileAt'> {
  const isOfFile = writtenAt !== null && (told === null || writtenAt > told.at);
  const fileAt = isOfFile ? writtenAt : told?.fileAt;
  return fileAt === undefined ? {} : { fileAt };
}

function overtakenBy(last: Told, { epoch, seq }: ProgressReport): Overtaken | null {
  if (isGreater(epoch, last.epoch)) return null;
  if (epoch !== undefined && last.epoch !== null && epoch < last.epoch) {
    return { reason: 'late', detail: `epoch ${last.epoch} has begun` };
  }
  if (seq === undefined || last.seq === null || seq > last.seq) return null;
  if (seq === last.seq) return { reason: 'duplicate', detail: `seq ${seq} was taken before` };
  const mend = 'count on from there, or begin a greater epoch';
  return { reason: 'late', detail: `seq ${last.seq} was taken before; ${mend}` };
}

/** Any number is greater than none: an agent that begins to number its missions means that one has begun. */
function isGreater(epoch: number | undefined, last: number | null): boolean {
  return epoch !== undefined && (last === null || epoch > last);
}

/** As the reader of files does it: said outright, else counted, else from the lists, else unknown. */
function readReport(run: Run, report: ProgressReport): ValidReading {
  const mission = report.mission ?? run.mission.name ?? 'default';
  const done = distinct(report.done);
  const open = distinct(report.open).filter((entry) => !done.includes(entry));
  const { percent, completed, total, note, artefacts = [] } = report;
  const figure =
    percent === undefined
      ? (ratio(completed, total) ?? ratio(done.length, done.length + open.length))
      : Math.floor(percent);
  return {
    kind: 'valid',
    mission,
    baseline: run.mission.name === mission ? run.mission.baseline : [],
    percent: figure,
    done,
    open,
    ...(note !== undefined && { note }),
    ...(artefacts.length > 0 && { artefacts }),
  };
}

function distinct(entries: readonly string[] = []): readonly string[] {
  return entries.length < 2 ? entries : [...new Set(entries)];
}

function ratio(part = 0, whole = 0): number | null {
  return whole > 0 ? Math.floor((100 * part) / whole) : null;
}
