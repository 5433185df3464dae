// The rehearsal of what changes something: who may, what would be done, and what would stand in between. Does nothing of it.
import type { Approval, Verdict } from '../access/index.ts';
import type { AnswerRow } from '../contracts/chat.ts';
import { levelOf } from './level.ts';
import { promptOf, unshownRows } from './prompt.ts';
import type { Decision, Reply } from './reply.ts';
import type { Action, Change, CommandCall, CommandPorts, Danger } from './spec.ts';

/** What was looked at for it. */
export interface Rehearsed {
  readonly spec: Action | Change;
  readonly call: CommandCall;
  readonly permission: string;
  /** Allowed: who may not is refused, in a rehearsal too. */
  readonly verdict: Verdict;
}

/** Answers what would be done. @throws SwarmError REDIS_* when the truth cannot be read */
export async function rehearse(
  { spec, call, permission, verdict }: Rehearsed,
  ports: CommandPorts,
): Promise<Reply> {
  const { identity, args } = call;
  const danger = levelOf(ports, spec, permission);
  const prompt = await promptOf(spec, args, ports);
  const gates = verdict.gates.map(({ detail }) => detail).join('; ');
  const rows = [
    row('who', `${identity.name} may: ${gates === '' ? `has the permission \`${permission}\`` : gates}`),
    row('what', prompt),
    row('before it', before[danger]),
  ];
  return {
    kind: 'answer',
    answer: {
      title: `Dry run of ${spec.name}: nothing was done`,
      tone: 'info',
      rows,
      data: { dryRun: true, command: spec.name, args, permission, danger, prompt },
    },
  };
}

/** Answers what a word that would count would decide. */
export function rehearseWord({ verdict, identity }: Decision, approval: Approval): Reply {
  const { id, prompt, command, args, requester } = approval;
  const isYes = verdict === 'yes';
  const word = isYes ? 'approve' : 'deny';
  return {
    kind: 'answer',
    answer: {
      title: `Dry run of ${word} ${id}: nothing was decided`,
      tone: 'info',
      rows: [
        row('who', `${identity.name} may say ${verdict}`),
        row('what', prompt),
        ...unshownRows(args, prompt),
        row('then', isYes ? `it is done, as ${requester.person} asked` : 'it ends, and nothing is done'),
      ],
      data: { dryRun: true, command: word, id, verdict, prompt, of: { command, args } },
    },
  };
}

/** What stands between a wish and its effect, for people. */
export const before: Readonly<Record<Danger, string>> = {
  none: 'nothing: it is done at once',
  confirm: 'your own yes',
  'type-name': 'its name, typed again by you',
  'two-persons': 'the yes of a second person',
};

function row(label: string, value: string): AnswerRow {
  return { label, value, ageMs: null, tone: 'info' };
}
