// The tolerant reader of an agent's status.json: raw text and what the epoch remembers in, mission and percent out.
// Pure; it never touches the file. Fields are looked up in a fixed order, and what does not fit is passed over.
import { z } from 'zod';
import { findJsonFault } from './json-fault.ts';

/** What one epoch must remember between two versions of a status. */
export interface EpochMemory {
  readonly mission: string;
  /** The entries of `completed_tasks` in the epoch's first valid version: work of earlier missions. */
  readonly baseline: readonly string[];
}

export interface ValidReading extends EpochMemory {
  readonly kind: 'valid';
  /** Whole percent 0..100; null is unknown, which is not 0. */
  readonly percent: number | null;
  /** Tasks of this epoch as the lists tell them, in their order; they may be empty beside an explicit percent. */
  readonly done: readonly string[];
  readonly open: readonly string[];
  /** What only a report through a door can say: words for whoever goes on, and where lies what was made. */
  readonly note?: string;
  readonly artefacts?: readonly string[];
}

export interface InvalidReading {
  readonly kind: 'invalid';
  /** What is wrong, with the place. */
  readonly detail: string;
}

export type Reading = ValidReading | InvalidReading;

/** Reads one version. `memory` is that of the epoch so far, null before the first valid version. */
export function readStatus(raw: string, memory: EpochMemory | null): Reading {
  const text = raw.startsWith('\uFEFF') ? raw.slice(1) : raw;
  const parsed = parseJson(text);
  if (parsed === undefined) return { kind: 'invalid', detail: describeFault(text) };
  const object = fields.safeParse(parsed);
  if (!object.success) return { kind: 'invalid', detail: `JSON, but ${nameOf(parsed)} and not an object` };

  const status = object.data;
  const mission = missionKey(status);
  const completed = entries(status['completed_tasks']);
  const baseline = memory?.mission === mission ? memory.baseline : [...completed];
  const { done, open } = splitTasks(completed, entries(status['current_tasks']), new Set(baseline));
  const percent = explicitPercent(status) ?? counted(status) ?? ratio(done.length, done.length + open.length);
  return { kind: 'valid', mission, baseline, percent, done, open };
}

type Status = Readonly<Record<string, unknown>>;

const fields = z.record(z.string(), z.unknown());
const missionFields = ['mission_id', 'current_mission', 'current_task'];
const percentFields = ['progress', 'progress_percent', 'percentage', 'completion_percentage'];
// A number directly followed by the sign, and nothing else: "100% Complete" is prose, "76" may be a count.
const percentText = /^\d+(?:\.\d+)?%$/;
const doneMark = /^(?:✅|✔|☑|\[x\]|done:|complete:|completed:)/iu;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describeFault(text: string): string {
  if (text.trim() === '') return 'empty, not JSON';
  const position = findJsonFault(text) ?? text.length;
  const lines = text.slice(0, position).split('\n');
  const column = (lines.at(-1) ?? '').length + 1;
  return `not JSON at position ${position} (line ${lines.length}, column ${column})`;
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `a ${typeof value}`;
}

function missionKey(status: Status): string {
  for (const field of missionFields) {
    const value = status[field];
    if (typeof value === 'string' && value !== '') return value;
  }
  return 'default';
}

function explicitPercent(status: Status): number | null {
  for (const field of percentFields) {
    const value = toPercent(status[field]);
    if (value !== null && value >= 0 && value <= 100) return Math.floor(value);
  }
  return null;
}

function toPercent(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' && percentText.test(value) ? Number.parseFloat(value) : null;
}

function counted(status: Status): number | null {
  const completed = status['tasks_completed'];
  const total = status['tasks_total'];
  if (typeof completed !== 'number' || typeof total !== 'number') return null;
  if (!Number.isInteger(completed) || !Number.isInteger(total)) return null;
  return completed >= 0 && completed <= total ? ratio(completed, total) : null;
}

function ratio(done: number, total: number): number | null {
  return total > 0 ? Math.floor((100 * done) / total) : null;
}

/** The distinct texts of a list; whatever is not a list counts as empty. */
function entries(value: unknown): ReadonlySet<string> {
  if (!Array.isArray(value)) return new Set();
  return new Set(value.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry))));
}

function splitTasks(
  completed: ReadonlySet<string>,
  current: ReadonlySet<string>,
  baseline: ReadonlySet<string>,
): { done: string[]; open: string[] } {
  const done = new Set([...completed].filter((entry) => !baseline.has(entry)));
  for (const entry of current) if (doneMark.test(entry.trim())) done.add(entry);
  return { done: [...done], open: [...current].filter((entry) => !done.has(entry)) };
}
