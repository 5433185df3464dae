// `approvals`, `approve <id>`, `deny <id>`: what waits for a word, and the word. Who may say it is decided where it waits.
import type { Approval, Unreadable } from '../../access/index.ts';
import type { AnswerRow } from '../../contracts/chat.ts';
import { formatAge } from '../render.ts';
import type { ArgSpec, Question, Word } from '../spec.ts';

export const approvals: Question = {
  kind: 'question',
  name: 'approvals',
  description: 'What waits for a word, since when, and whose',
  args: [],
  example: 'approvals',
  answer: async (_call, { approvals: store, clock }) => {
    const [open, unreadable] = await Promise.all([store.waiting(), store.unreadable()]);
    return {
      title: open.length === 0 ? 'Nothing waits for a word' : `${waitingText(open.length)} for a word`,
      tone: open.length + unreadable.length === 0 ? 'ok' : 'warn',
      rows: [
        ...open.map((approval) => ({
          label: approval.id,
          value: `${approval.prompt} ${whoMay(approval)}; ${formatAge(approval.expiresAt - clock.now())} left`,
          ageMs: clock.now() - approval.askedAt,
          tone: 'warn' as const,
        })),
        ...unreadable.map(unreadableRow),
      ],
      data: { approvals: open.map(viewOf), unreadable },
    };
  },
};

const id: ArgSpec = { name: 'id', description: 'As `approvals` shows it', required: true };

export const approve: Word = {
  kind: 'word',
  name: 'approve',
  aliases: ['yes'],
  description: 'Say yes to what waits under this id',
  args: [
    id,
    { name: 'name', description: 'Typed again, where that is asked for', required: false, rest: true },
  ],
  example: 'approve 3f9a1c',
  verdict: 'yes',
};

export const deny: Word = {
  kind: 'word',
  name: 'deny',
  aliases: ['no'],
  description: 'Say no to what waits under this id, or take it back',
  args: [id, { name: 'reason', description: 'Why, for those who asked', required: false, rest: true }],
  example: 'deny 3f9a1c',
  verdict: 'no',
};

function unreadableRow({ id, key }: Unreadable): AnswerRow {
  const mend = `remove it with \`redis-cli del ${key}\` and ask again`;
  return {
    label: id,
    value: `its record cannot be read, so nobody can decide it; ${mend}`,
    ageMs: null,
    tone: 'bad',
  };
}

function waitingText(wishes: number): string {
  return wishes === 1 ? '1 wish waits' : `${wishes} wishes wait`;
}

function whoMay({ level, requester: { person }, permission }: Approval): string {
  if (level !== 'two-persons') return `Waits for ${person}`;
  return `${person} asked; anybody else with \`approve:${permission}\` or \`${permission}\` may approve`;
}

function viewOf({ id, command, args, level, requester, askedAt, expiresAt, permission }: Approval) {
  const { person } = requester;
  return { id, command, args, level, requester: person, permission, askedAt, expiresAt };
}
