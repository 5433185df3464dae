// `approvals`, `approve <id>`, `deny <id>`: what waits for a word, and the word. Who may say it is decided where it waits.
import { type Approval, principalOf, type Unreadable } from '../../access/index.ts';
import type { AnswerRow } from '../../contracts/chat.ts';
import { formatAge } from '../render.ts';
import type { ArgSpec, CommandCall, CommandPorts, Question, Word } from '../spec.ts';
import { maySee } from '../who-sees.ts';

export const approvals: Question = {
  kind: 'question',
  name: 'approvals',
  description: 'What waits for a word, since when, and whose',
  args: [],
  example: 'approvals',
  answer: async (call, ports) => {
    const { approvals: store, clock } = ports;
    const [waiting, unreadable] = await Promise.all([store.waiting(), store.unreadable()]);
    const open = await Promise.all(
      waiting.map(async (approval) => ({ approval, isSeen: await isSeenBy(call, approval, ports) })),
    );
    return {
      title: open.length === 0 ? 'Nothing waits for a word' : `${waitingText(open.length)} for a word`,
      tone: open.length + unreadable.length === 0 ? 'ok' : 'warn',
      rows: [
        ...open.map(({ approval, isSeen }) => ({
          label: approval.id,
          value: `${isSeen ? told(approval) : outline(approval)}; ${formatAge(approval.expiresAt - clock.now())} left`,
          ageMs: clock.now() - approval.askedAt,
          tone: 'warn' as const,
        })),
        ...unreadable.map(unreadableRow),
      ],
      data: {
        approvals: open.map(({ approval, isSeen }) => (isSeen ? viewOf(approval) : outlineOf(approval))),
        unreadable,
      },
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

function isSeenBy(call: CommandCall, wish: Approval, ports: CommandPorts): Promise<boolean> {
  const { level, permission, requester } = wish;
  const by = [{ person: requester.person, principal: principalOf(requester.identity) }];
  return maySee({ by, level, permission }, call, ports);
}

function told({ prompt, level, requester: { person }, permission }: Approval): string {
  if (level !== 'two-persons') return `${prompt} Waits for ${person}`;
  return `${prompt} ${person} asked; anybody else with \`approve:${permission}\` or \`${permission}\` may approve`;
}

// Without its arguments, which the permission names too.
function outline({ command, level, requester: { person } }: Approval): string {
  return `\`${command}\`: ${person} asked; waits for ${level === 'two-persons' ? 'somebody else' : person}`;
}

function outlineOf({ id, command, level, requester, askedAt, expiresAt }: Approval) {
  return { id, command, level, requester: requester.person, askedAt, expiresAt };
}

function viewOf(approval: Approval) {
  const { args, permission } = approval;
  return { ...outlineOf(approval), args, permission };
}
