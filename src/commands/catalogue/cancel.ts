// `cancel <id>`: stops what an action became, as far as it can still be stopped. What has happened stays as it is, and is
// told so.
import { principalOf } from '../../access/index.ts';
import type { ActionView } from '../../contracts/actions.ts';
import type { Step } from '../../contracts/chat.ts';
import { derivedId } from '../../contracts/ids.ts';
import type { JobCanceller } from '../../contracts/ports.ts';
import type { Action, ActionCall, CommandCall, CommandPorts, Objection } from '../spec.ts';
import { actionIdArg, lineOf } from './result.ts';

/** To cancel what somebody else asked for. */
const anyPermission = 'cancel.any';

export const cancel: Action = {
  kind: 'action',
  name: 'cancel',
  description: 'Stop an action that you asked for, by its id',
  args: [actionIdArg],
  example: 'cancel x1a2b3c',
  danger: 'none',
  permission: () => 'cancel',
  prompt: async ({ id = '' }, ports) => {
    const found = await ports.actions.find(id);
    return `Cancel ${found[0] ? lineOf(found[0]) : id}?`;
  },
  check: async (call, ports) => {
    const looked = await lookUp(call, ports);
    return 'why' in looked ? looked.why : null;
  },
  enqueue: async (call, ports) => {
    // Asked again: between the wish and its effect the right may have gone, or the action may have ended.
    const looked = await lookUp(call, ports);
    if ('why' in looked) {
      const text = typeof looked.why === 'string' ? looked.why : looked.why.text;
      await report(call, ports, { subject: call.args['id'] ?? '', text, failed: true });
      return text;
    }
    const { action, canceller } = looked;
    const outcome = await canceller.cancel(action.note.correlationId, principalOf(call.identity));
    const subject = lineOf(action);
    await report(call, ports, { subject, ...ends[outcome] });
    return `Asked to cancel ${subject}. What becomes of it follows.`;
  },
};

type Looked = { readonly action: ActionView; readonly canceller: JobCanceller } | { readonly why: Objection };

async function lookUp(call: CommandCall, ports: CommandPorts): Promise<Looked> {
  const { id = '' } = call.args;
  const { canceller } = ports;
  if (!canceller) return { why: 'Nothing here can cancel an action.' };
  const [action, ...others] = await ports.actions.find(id);
  if (!action) return { why: `No action \`${id}\` was taken in the last 7 days.` };
  if (others.length > 0) {
    const ids = [action, ...others].map(({ note }) => `\`${note.correlationId}\``);
    return { why: `Which action is \`${id}\`? It is the beginning of ${ids.join(', ')}.` };
  }
  if (action.word?.final === true) return { why: `It has ended: ${action.word.text}.` };
  return (await may(call, action, ports)) ? { action, canceller } : { why: notYours(action) };
}

async function may(call: CommandCall, { note }: ActionView, { policy }: CommandPorts): Promise<boolean> {
  const { identity, place = null } = call;
  if ((await policy.personOf(identity)) === note.person) return true;
  return (await policy.decide({ identity, permission: anyPermission, place })).allowed;
}

function notYours({ note }: ActionView): Objection {
  const text = `Only ${note.person}, who asked for it, may cancel this; anybody else needs the permission \`${anyPermission}\`.`;
  return { code: 'denied', text };
}

type Outcome = Awaited<ReturnType<JobCanceller['cancel']>>;

const ends: Readonly<Record<Outcome, { readonly text: string; readonly failed: boolean }>> = {
  cancelled: { text: 'it is cancelled; nothing of it was begun', failed: false },
  cancelling: { text: 'it was told to stop; how it ends is told where it was asked', failed: false },
  'too-late': { text: 'too late: it has happened or can no longer be stopped', failed: true },
  unknown: { text: 'no job of it is in the queue', failed: true },
};

interface End {
  readonly subject: string;
  readonly text: string;
  readonly failed: boolean;
}

async function report(
  { correlationId, identity, replyTo }: ActionCall,
  { jobs, clock }: CommandPorts,
  { subject, text, failed }: End,
): Promise<void> {
  // A notice goes through no states; only that it did not come to what was asked is one.
  const steps: Step[] = failed ? [{ state: 'failed', at: clock.now(), detail: text }] : [];
  await jobs.add({
    name: 'chat.report',
    id: derivedId('chat.report', correlationId, 'end'),
    correlationId,
    causationId: null,
    principal: principalOf(identity),
    body: {
      to: replyTo,
      about: correlationId,
      kind: 'notice',
      subject: `cancel of ${subject}`,
      seq: 0,
      final: true,
      text,
      steps,
    },
  });
}
