// `audit [filter]`: the last lines of the record of who did what. Looks at the newest lines only; all of them are for
// `swarmline audit query`.
import type { AuditLine } from '../../access/index.ts';
import type { Answer, AnswerRow, Tone } from '../../contracts/chat.ts';
import { plainText } from '../../core/text.ts';
import { argsInOrder } from '../arg-order.ts';
import { auditFilterSchema, parseAuditFilter } from '../audit-filter.ts';
import { counted } from '../render.ts';
import type { CommandPorts, CommandSpec, Question } from '../spec.ts';

/** How many are shown, and how many are looked at to find them: an answer is due within seconds. */
const shown = { few: 10, most: 25 } as const;
const mostLooked = 20_000;

/** @param specs those whose lines it may show */
export function makeAudit(specs: () => readonly CommandSpec[]): Question {
  return { ...audit, answer: ({ args }, ports) => answerOf(args['filter'] ?? '', ports, specs()) };
}

const audit: Omit<Question, 'answer'> = {
  kind: 'question',
  name: 'audit',
  description: 'Who did what: the last lines of the audit record',
  args: [
    {
      name: 'filter',
      description: 'Such as person=ann command=restart id=x12ab event=refused since=2h last=20',
      required: false,
      rest: true,
      schema: auditFilterSchema,
    },
  ],
  example: 'audit person=ann',
  permission: 'audit.read',
  check: ({ args }, { clock }) => {
    const parsed = parseAuditFilter(args['filter'] ?? '', clock.now());
    return parsed.ok ? null : parsed.why;
  },
};

async function answerOf(
  text: string,
  { record, clock }: CommandPorts,
  specs: readonly CommandSpec[],
): Promise<Answer> {
  const now = clock.now();
  const parsed = parseAuditFilter(text, now);
  if (!parsed.ok) return { title: parsed.why, tone: 'warn', rows: [], data: { lines: [] } };
  const limit = Math.min(parsed.last ?? shown.few, shown.most);
  const { lines, looked, complete, unreadable } = await record.query(parsed.filter, {
    limit,
    most: mostLooked,
  });
  return {
    title:
      lines.length === 0 ? 'No line of the record fits' : `${counted(lines.length, 'line')} of the record`,
    tone: unreadable === 0 ? 'info' : 'bad',
    rows: lines.map((line) => rowOf(line, now, specs)),
    ...noteOf({
      missing: lines.length < limit && !complete,
      cut: parsed.last !== null && parsed.last > limit && lines.length === limit,
      looked,
      unreadable,
    }),
    data: { lines },
  };
}

interface Found {
  readonly missing: boolean;
  /** Whether more were wanted than are shown. */
  readonly cut: boolean;
  readonly looked: number;
  readonly unreadable: number;
}

function noteOf(found: Found) {
  const notes = [
    ...(found.cut ? [`No more than ${shown.most} are shown here: \`swarmline audit query\` has all`] : []),
    ...(found.missing ? [`Only the last ${found.looked} lines were looked at`] : []),
    ...(found.unreadable > 0
      ? [`${counted(found.unreadable, 'line')} cannot be read: run \`swarmline audit verify\``]
      : []),
  ];
  return notes.length === 0 ? {} : { note: notes.join('; ') };
}

function rowOf(line: AuditLine, now: number, specs: readonly CommandSpec[]): AnswerRow {
  const { seq, at, person, principal, command, event, verdict, detail, approvers } = line;
  const typed = argsInOrder(line, specs).map(([, text]) => plainText(text, 60));
  const words = [command, ...typed].join(' ');
  const besides = approvers.length === 0 ? '' : ` with ${approvers.join(', ')}`;
  const why = detail === '' ? '' : ` — ${plainText(detail, 120)}`;
  return {
    label: `#${seq} ${person === principal ? person : `${person} (${principal})`}`,
    value: `${words}: ${event}, ${verdict}${besides}${why}`,
    ageMs: Math.max(0, now - at),
    tone: toneOf(line),
  };
}

function toneOf({ event, verdict }: AuditLine): Tone {
  if (event === 'refused') return 'warn';
  return event === 'ended' && ['failed', 'expired', 'unknown'].includes(verdict) ? 'bad' : 'info';
}
