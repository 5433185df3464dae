// What may be done on the page of the queues: never more than the same person may in chat, and recorded before it is done.
// A queue is held by the command of chat itself.
import { type AuditSink, type Policy, stricter } from '../../access/index.ts';
import type { CommandIntake, Reply } from '../../commands/index.ts';
import { randomId } from '../../contracts/ids.ts';
import type { Caller } from '../door.ts';
import { wishFor, writeDeed } from '../record.ts';
import { chatFormOf, type QueueWrite } from './writes.ts';

export interface ChangeDeps {
  readonly policy: Policy;
  readonly intake: CommandIntake;
  /** Null where nothing can be recorded: then nothing can be done either. */
  readonly audit: AuditSink | null;
}

const manage = 'queue.manage';
const unrecorded = 'what is done here cannot be recorded';

/** Why the queues and what their jobs say are not shown; null when they are. */
export async function refusalToLook({ policy }: ChangeDeps, caller: Caller): Promise<string | null> {
  const { blockedBy } = await policy.decide(wishFor(caller, 'queue.show'));
  return blockedBy && told(caller, blockedBy.detail);
}

/** Why nothing at all may be done there; null when something may. */
export async function refusalToManage({ policy, audit }: ChangeDeps, caller: Caller): Promise<string | null> {
  if (audit === null) return told(caller, unrecorded);
  const { blockedBy } = await policy.decide(wishFor(caller, manage));
  return blockedBy && told(caller, blockedBy.detail);
}

/** Whether it pauses or resumes a queue. */
export function isHold({ action }: QueueWrite): boolean {
  return action === 'pause' || action === 'resume';
}

/**
 * Decides on a change and records that. Null when it may be done.
 * @throws SwarmError AUDIT_UNAVAILABLE when it cannot be recorded; then it must not be done
 */
export async function refusalOf(deps: ChangeDeps, caller: Caller, write: QueueWrite): Promise<string | null> {
  const { policy, audit } = deps;
  if (audit === null) return told(caller, unrecorded);
  const form = chatFormOf(write);
  const permissions = form === null ? [manage] : [manage, form.permission];
  const verdicts = await Promise.all(permissions.map((one) => policy.decide(wishFor(caller, one))));
  const blockedBy =
    verdicts.find(({ allowed }) => !allowed)?.blockedBy?.detail ?? needsMore(deps, permissions, form?.line);
  // What the command of chat takes over is in the record by that.
  if (blockedBy === null && isHold(write)) return null;
  const policyVersion = verdicts.at(-1)?.policyVersion ?? 'none';
  const deed = { permission: permissions.at(-1) ?? manage, command: 'queues', args: write };
  await writeDeed({ audit, policy }, caller, { ...deed, blockedBy, policyVersion });
  return blockedBy && told(caller, blockedBy);
}

/** Pauses or resumes it as the command of chat does; the click was the yes. */
export async function hold({ intake }: ChangeDeps, caller: Caller, write: QueueWrite): Promise<Reply> {
  const { identity, replyTo } = caller;
  const command = `queue ${write.action}`;
  const input = { kind: 'parsed', command, args: { queue: write['queue'] ?? '' } } as const;
  const asked = await intake.handle({ id: randomId(), identity, replyTo, input });
  if (asked.kind !== 'confirm') return asked;
  // The rules may have become stricter a moment ago; then it is a no.
  const verdict = (asked.level ?? 'confirm') === 'confirm' ? 'yes' : 'no';
  return intake.decide({ confirmationId: asked.confirmationId, verdict, identity, replyTo });
}

// A click is one's own yes, and no more than that.
function needsMore({ policy, intake }: ChangeDeps, permissions: readonly string[], line = ''): string | null {
  const own = intake.specs.find(({ name }) => line.startsWith(`${name} `));
  const level = [own?.kind === 'action' ? own.danger : undefined, ...permissions.map(policy.dangerOf)]
    .map((danger) => danger ?? 'none')
    .reduce(stricter);
  if (level !== 'type-name' && level !== 'two-persons') return null;
  const instead = line === '' ? 'it is not done here' : `type \`${line}\``;
  return `it takes more than a click (${level}); ${instead}`;
}

function told({ identity }: Caller, why: string): string {
  return `Not allowed for ${identity.name}: ${why}.`;
}
