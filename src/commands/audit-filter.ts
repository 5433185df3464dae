// From what a person typed to a filter of the record: the same words in chat and on the CLI. Pure.
import { z } from 'zod';
import { type AuditFilter, auditEvents } from '../access/index.ts';

/** How the words are explained to people. */
const auditFilterUsage =
  'person=ann command=queue-discard id=x12ab event=refused since=2h until=10m last=20, or one bare word of these';

export type ParsedFilter =
  | { readonly ok: true; readonly filter: AuditFilter; readonly last: number | null }
  /** `wanted`: what would have been understood, without what was typed. */
  | { readonly ok: false; readonly why: string; readonly wanted: string };

/** An argument that is such a filter. */
export const auditFilterSchema = z
  .string()
  .max(200, 'at most 200 characters')
  .superRefine((text, context) => {
    const parsed = parseAuditFilter(text, null);
    if (!parsed.ok) context.addIssue({ code: 'custom', message: parsed.wanted });
  });

/** A day that the calendar has: `Date.parse` takes the 31st of February for a day in March. */
const zoned = { offset: true, local: true };
const dateSchema = z.union([
  z.iso.date(),
  z.iso.datetime(zoned),
  // To the minute.
  z.iso.datetime({ ...zoned, precision: -1 }),
]);

const agoShape = /^(\d{1,6})([smhd])$/;
const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * `person=ann since=2h`, in any order; a bare word may be a person, an identity, a command, a correlation id or an argument.
 * @param now null: only whether it is understood, which does not hang on when, but for a date beside so long ago
 */
export function parseAuditFilter(text: string, now: number | null): ParsedFilter {
  let filter: AuditFilter = {};
  let last: number | null = null;
  let before = '';
  const given = new Map<string, string>();
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const [typed = '', value] = cut(word);
    const key = value !== undefined && typed === 'by' ? 'person' : typed;
    const behind = before;
    before = key;
    if (value === undefined) {
      if (behind === 'command') return unfit(word, hyphened);
      if (filter.word !== undefined) return unfit(word, `only one bare word: ${auditFilterUsage}`);
      filter = { ...filter, word };
      continue;
    }
    if (given.has(key)) return unfit(word, `${key}= only once`);
    given.set(key, value);
    if (key === 'last') {
      last = /^[1-9]\d{0,5}$/.test(value) ? Number(value) : null;
      if (last === null) return unfit(word, 'last is a number of lines, as in last=20');
      continue;
    }
    const part = partOf(key, value, now ?? 0);
    if (part === null) return unfit(word, wantedOf(key));
    filter = { ...filter, ...part };
  }
  return isEmptyWindow(filter) && (now !== null || isOfOneForm(given))
    ? unfit(text, emptyWindow)
    : { ok: true, filter, last };
}

/** Why a filter fits nothing, whatever the record has. */
export const emptyWindow =
  'since= is before until=, as in since=2h until=10m; a whole day is since=2026-01-31 until=2026-02-01';

/** Whether it ends before it begins, or at once: who names one day as both ends means all of it. */
export function isEmptyWindow({ since, until }: AuditFilter): boolean {
  return since !== undefined && until !== undefined && since >= until;
}

function isOfOneForm(given: ReadonlyMap<string, string>): boolean {
  const [isAgo, isUntilAgo] = ['since', 'until'].map((key) => agoShape.test(given.get(key) ?? ''));
  return isAgo === isUntilAgo;
}

const hyphened =
  'a command of two words has a hyphen, as in command=queue-drain, and any other word stands before command=';

function unfit(word: string, wanted: string): ParsedFilter {
  return { ok: false, why: `\`${word.slice(0, 64)}\` is not understood: ${wanted}.`, wanted };
}

function wantedOf(key: string): string {
  if (key === 'since' || key === 'until') {
    return `a time is so long ago, as in ${key}=2h, or a date, as in ${key}=2026-01-31`;
  }
  return key === 'event' ? `event= is one of ${auditEvents.join(', ')}` : auditFilterUsage;
}

function cut(word: string): readonly [string, string?] {
  const at = word.indexOf('=');
  return at < 0 ? [word] : [word.slice(0, at).toLowerCase(), word.slice(at + 1)];
}

function partOf(key: string, value: string, now: number): AuditFilter | null {
  if (value === '') return null;
  switch (key) {
    case 'person':
      return { person: value };
    case 'command':
      return { command: value };
    case 'id':
      return { correlationId: value };
    case 'event': {
      const event = auditEvents.find((one) => one === value);
      return event === undefined ? null : { event };
    }
    case 'since':
    case 'until': {
      const moment = momentOf(value, now);
      return moment === null ? null : { [key]: moment };
    }
    default:
      return null;
  }
}

/** So long ago (`30m`), or a date of ISO 8601; without a zone it is UTC. */
function momentOf(text: string, now: number): number | null {
  const [, count, unit = ''] = agoShape.exec(text) ?? [];
  if (count !== undefined) return now - Number(count) * (unitMs[unit] ?? 0);
  const { data: date } = dateSchema.safeParse(text);
  if (date === undefined) return null;
  // All that is told is UTC: a time without a zone is that too, wherever this process runs.
  const isLocal = date.includes('T') && !/(?:Z|[+-]\d\d:?\d\d)$/.test(date);
  return Date.parse(isLocal ? `${date}Z` : date);
}
