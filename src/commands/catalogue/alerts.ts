// `alerts`: what is not well, since when, whether people were told, and whether somebody has silenced it.
import type { AnswerRow, Tone } from '../../contracts/chat.ts';
import type { ProcessView } from '../../contracts/system.ts';
import { plainText } from '../../core/text.ts';
import { isUntold, tellingText } from '../alert-telling.ts';
import { counted, formatAge } from '../render.ts';
import type { Question } from '../spec.ts';
import { processSilentAfterMs } from './processes.ts';

type AlertView = ProcessView['alerts'][number];

export const alerts: Question = {
  kind: 'question',
  name: 'alerts',
  description: 'What fires, since when, and until when it is silenced',
  args: [],
  example: 'alerts',
  answer: async (_call, ports) => {
    const now = ports.clock.now();
    const processes = await ports.system.processes();
    const heard = heardOf(processes, now);
    const sorted = troublesOf(heard).toSorted((a, b) => rank(a) - rank(b) || a.since - b.since);
    return {
      title: titleOf(sorted.filter(fires), heard.length),
      tone: toneOf(sorted, heard.length > 0 && heard.length === processes.length),
      rows: sorted.map((alert) => alertRow(alert, processes.length > 1, now)),
      ...noteOf(processes.length - heard.length),
      data: { alerts: sorted },
    };
  },
};

/** One row for all that fires and that nobody has silenced; none where nothing does. */
export function firingRows(processes: readonly ProcessView[], now: number): AnswerRow[] {
  const loud = troublesOf(heardOf(processes, now)).filter((trouble) => rank(trouble) < 2);
  if (loud.length === 0) return [];
  const shown = loud.slice(0, 3).map(keyOf).join(', ');
  const more = loud.length > 3 ? ` and ${loud.length - 3} more` : '';
  const untold = loud.filter(({ places }) => isUntold(places, now)).length;
  const missed = untold === 0 ? '' : `; ${untold} not told on every way`;
  return [{ label: 'alerts', value: `${shown}${more}${missed}; see \`alerts\``, ageMs: null, tone: 'warn' }];
}

/** How many fire that are critical and that nobody has silenced. */
export function criticalCount(processes: readonly ProcessView[], now: number): number {
  const all = heardOf(processes, now).flatMap(({ alerts: firing }) => firing);
  return new Set(all.filter((alert) => rank(alert) === 0).map(keyOf)).size;
}

function heardOf(processes: readonly ProcessView[], now: number): readonly ProcessView[] {
  return processes.filter(({ at }) => now - at <= processSilentAfterMs);
}

const keyOf = ({ key }: AlertView): string => key;

function titleOf(firing: readonly AlertView[], processes: number): string {
  if (processes === 0) return 'Unknown: no process of Swarmline has told its state';
  return firing.length === 0 ? 'No alert fires' : counted(firing.length, 'alert');
}

/** @param allHeard whether no process is silent: what fires there is unknown */
function toneOf(firing: readonly AlertView[], allHeard: boolean): Tone {
  if (firing.some((alert) => rank(alert) === 0)) return 'bad';
  return firing.length > 0 || !allHeard ? 'warn' : 'ok';
}

function noteOf(silent: number): { readonly note?: string } {
  return silent === 0
    ? {}
    : {
        note: `Unknown what fires in ${silent === 1 ? 'a process that is' : `${silent} processes that are`} silent`,
      };
}

const fires = ({ overSince }: AlertView): boolean => overSince === null;

// What somebody has silenced is known, and what is over comes last.
function rank({ severity, silencedUntil, overSince }: AlertView): number {
  if (overSince !== null) return 3;
  if (silencedUntil !== null) return 2;
  return severity === 'critical' ? 0 : 1;
}

/** An alert of one process, `at` when that process told it. */
type Sighting = AlertView & { readonly pid: number; readonly at: number };

/** What fires, in the words of the process that sees most of it, and all that see it. */
type Trouble = Sighting & { readonly places: readonly Sighting[] };

// The same key is the same trouble in every process: over only when no process sees it any more.
function troublesOf(processes: readonly ProcessView[]): readonly Trouble[] {
  const sightings = processes.flatMap(({ pid, at, alerts: firing }) =>
    firing.map((alert): Sighting => ({ ...alert, pid, at })),
  );
  return [...new Set(sightings.map(keyOf))].flatMap((key) => {
    const places = sightings.filter((one) => one.key === key);
    const [most] = places.toSorted((a, b) => rank(a) - rank(b) || b.count - a.count || a.since - b.since);
    return most ? [{ ...most, since: Math.min(...places.map(({ since }) => since)), places }] : [];
  });
}

/** Of so many processes the label says which. */
const named = 3;

function labelOf({ key, places }: Trouble): string {
  const pids = places.slice(0, named).map(({ pid }) => pid);
  return `${key}@${pids.join(',')}${places.length > named ? ',…' : ''}`;
}

function alertRow(trouble: Trouble, several: boolean, now: number): AnswerRow {
  const { key, title, detail, count, silencedUntil, severity, places } = trouble;
  const times = count > 1 ? `, ${count}×` : '';
  const why = detail === '' ? '' : `: ${plainText(detail, 200)}`;
  const telling = tellingText(places, now);
  const told = telling === '' ? '' : `; ${telling}`;
  const silence = silencedUntil === null ? '' : `; silenced for ${formatAge(silencedUntil - now)} more`;
  const loud = severity === 'critical' ? 'bad' : 'warn';
  return {
    label: several ? labelOf(trouble) : key,
    value: `${stateOf(trouble, now)}${times}: ${plainText(title, 100)}${why}${told}${heldText(trouble)}${silence}`,
    ageMs: now - Math.max(...places.map(({ at }) => at)),
    tone: rank(trouble) < 2 ? loud : 'info',
  };
}

function stateOf({ severity, since, places }: Trouble, now: number): string {
  const seen = places.filter(fires);
  const where = seen.length > 1 ? ` in ${seen.length} processes` : '';
  const began = Math.min(...seen.map((one) => one.backSince ?? one.since));
  const first = began > since ? `, first ${formatAge(now - since)} ago` : '';
  if (seen.length > 0) return `${severity} for ${formatAge(now - began)}${where}${first}`;
  const last = Math.max(...places.map(({ overSince }) => overSince ?? now));
  return `over for ${formatAge(now - last)} (was ${severity})`;
}

function heldText({ overSince, flapping }: AlertView): string {
  if (overSince === null) return '';
  return `; its end is held back${flapping ? ' until it stays away, since it comes and goes' : ''}`;
}
