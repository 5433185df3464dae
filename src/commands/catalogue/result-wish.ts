// What `result` says of a wish that never became an action: it waits for a word, or was refused, declined or too late. All
// of it from the audit record.
import type { AuditLine } from '../../access/index.ts';
import type { Answer, Tone } from '../../contracts/chat.ts';
import { plainText } from '../../core/text.ts';
import { argsInOrder } from '../arg-order.ts';
import { levelOf } from '../level.ts';
import type { CommandCall, CommandPorts, CommandSpec } from '../spec.ts';
import { maySee, type Wished } from '../who-sees.ts';

/** An answer is due within seconds. All of these may be of it: refused words are as many as there are people to say them. */
const bounds = { limit: 20_000, most: 20_000 } as const;
const shown = 20;

/**
 * Null where the record has nothing of it that this person may see. @param id correlation id, or the beginning of one
 */
export async function wishAnswer(
  id: string,
  call: Pick<CommandCall, 'identity' | 'place'>,
  ports: CommandPorts,
  specs: readonly CommandSpec[],
): Promise<Answer | null> {
  const { record, clock } = ports;
  const { lines: found, complete } = await record.query({ correlationId: id }, bounds);
  const own = found.filter(({ correlationId }) => correlationId === found[0]?.correlationId);
  // Somebody whose word on it was refused changed nothing of it.
  const steps = own.filter(({ event }) => event !== 'refused');
  const asked = complete ? null : await askedFarBack(own, ports);
  const lines = [...(steps.length === 0 && asked === null ? own : steps), ...(asked === null ? [] : [asked])];
  const [newest] = lines;
  if (!newest || !(await maySee(wishedBy(lines, ports, specs), call, ports))) return null;
  const told = lines.slice(0, shown);
  const typed = argsInOrder(newest, specs).map(([, text]) => text);
  const { state, tone, note } = newest === asked ? farBack : standing(newest);
  return {
    title: `${plainText([newest.command, ...typed].join(' '), 120)}: ${state}`,
    tone,
    rows: told.toReversed().map(({ at, event, verdict, detail, person }) => ({
      label: event,
      value: `by ${person}: ${[verdict, ...(detail === '' ? [] : [plainText(detail, 160)])].join(', ')}`,
      ageMs: clock.now() - at,
      tone: event === 'refused' ? 'warn' : 'info',
    })),
    note,
    data: { actions: [], lines: told },
  };
}

/** The line of the wish where only what came later is among the lines. */
async function askedFarBack(
  [newest, ...others]: readonly AuditLine[],
  { record }: Pick<CommandPorts, 'record'>,
): Promise<AuditLine | null> {
  if (!newest || [newest, ...others].some(({ event }) => event === 'asked')) return null;
  return record.find(newest.correlationId, 'asked');
}

/** Whose it is, by its lines. */
function wishedBy(
  lines: readonly AuditLine[],
  deps: Pick<CommandPorts, 'policy'>,
  specs: readonly CommandSpec[],
): Wished {
  const asked = lines.find(({ event }) => event === 'asked') ?? lines.at(-1);
  const by = lines.filter((line) => line === asked || line.event === 'decided');
  const spec = specs.find(({ name }) => name === asked?.command);
  if (!asked || (spec?.kind !== 'action' && spec?.kind !== 'change'))
    return { by, level: 'none', permission: null };
  const permission = spec.permission(asked.args);
  return { by, level: levelOf(deps, spec, permission), permission };
}

interface Standing {
  readonly state: string;
  readonly tone: Tone;
  readonly note: string;
}

function standing({ event, verdict }: AuditLine): Standing {
  switch (event) {
    case 'asked':
      return {
        state: 'asked, no word on it yet',
        tone: 'info',
        note: 'It is not done before its yes; `approvals` shows what waits.',
      };
    case 'changed':
      return { state: verdict, tone: 'ok', note: 'It was done at once.' };
    case 'executing':
      return begun;
    case 'decided':
      return verdict === 'approved' ? begun : { state: verdict, tone: 'warn', note: nothing };
    case 'ended':
    case 'refused':
      return event === 'refused' || isUndone(verdict)
        ? { state: verdict, tone: 'warn', note: nothing }
        : { state: verdict, tone: 'info', note: '' };
  }
}

const nothing = 'Nothing was done.';
const farBack: Standing = {
  state: 'asked, too far back in the record to tell more',
  tone: 'info',
  note: '`approvals` shows whether it waits; `audit` has its lines.',
};
const begun: Standing = {
  state: 'approved, no word of it yet',
  tone: 'info',
  note: 'Whether it was done is not known; `audit` has its lines.',
};

/** Ends of a wish, beside those of an action. */
function isUndone(verdict: string): boolean {
  return ['expired', 'declined', 'withdrawn', 'invalid'].includes(verdict);
}
