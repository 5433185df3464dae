// `cancel <id>`: stops what an action became, or a delivery or another job that nobody asked for, as far as it can still
// be stopped. What has happened stays as it is, and is told so.
import { principalOf } from '../../access/index.ts';
import type { ActionView } from '../../contracts/actions.ts';
import type { Step } from '../../contracts/chat.ts';
import { derivedId } from '../../contracts/ids.ts';
import type { JobCanceller } from '../../contracts/ports.ts';
import type { Action, ActionCall, CommandCall, CommandPorts, Objection } from '../spec.ts';
import { allKept } from './find-delivery.ts';
import { actionIdArg, lineOf } from './result.ts';

/** To cancel what somebody else asked for. */
const anyPermission = 'cancel.any';

export const cancel: Action = {
  kind: 'action',
  name: 'cancel',
  description: 'Stop an action that you asked for, a delivery or another job, by its id',
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
    const { subject, canceller } = looked;
    const outcome = await canceller.cancel(looked.id, principalOf(call.identity));
    await report(call, ports, { subject, ...ends[outcome] });
    return `Asked to cancel ${subject}. What becomes of it follows.`;
  },
};

/** What is called off: its full id, and what it is for people. */
interface Found {
  readonly id: string;
  readonly subject: string;
  readonly canceller: JobCanceller;
}

type Looked = Found | { readonly why: Objection };

async function lookUp(call: CommandCall, ports: CommandPorts): Promise<Looked> {
  const { id = '' } = call.args;
  const { canceller } = ports;
  if (!canceller) return { why: 'Nothing here can cancel an action.' };
  const [action, ...others] = await ports.actions.find(id);
  if (!action) return lookUpUnasked(call, ports, canceller);
  if (others.length > 0) {
    const ids = [action, ...others].map(({ note }) => `\`${note.correlationId}\``);
    return { why: `Which action is \`${id}\`? It is the beginning of ${ids.join(', ')}.` };
  }
  if (action.word?.final === true) return { why: `It has ended: ${action.word.text}.` };
  if (!(await may(call, action, ports))) return { why: notYours(action) };
  return { id: action.note.correlationId, subject: lineOf(action), canceller };
}

/** What nobody asked for, or what came of an action and has an id of its own: it belongs to nobody, so it takes the right to any. */
async function lookUpUnasked(
  call: CommandCall,
  { agents, policy }: CommandPorts,
  canceller: JobCanceller,
): Promise<Looked> {
  const { args, identity, place = null } = call;
  const { id = '' } = args;
  const { deliveries } = await agents.deliveries(allKept);
  const [delivery, another] = deliveries.filter(({ gas }) => gas.id.startsWith(id));
  if (another) return { why: `Several deliveries begin with \`${id}\`; write more of it.` };
  if (!delivery && !(await canceller.knows(id)))
    return { why: `Nothing is called \`${id}\`: no action of the last 7 days, no delivery, no job.` };
  if (!(await policy.decide({ identity, permission: anyPermission, place })).allowed) {
    const text = `Nobody in chat asked for \`${id}\`, so cancelling it needs the permission \`${anyPermission}\`.`;
    return { why: { code: 'denied', text } };
  }
  if (!delivery) return { id, subject: `job ${id}`, canceller };
  return { id: delivery.gas.id, subject: `gas to ${delivery.gas.to}`, canceller };
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
