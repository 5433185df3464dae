// Lines of the audit for what is done at the HTTP face without being a command.
import { type AuditSink, type Policy, principalOf, type Wish } from '../access/index.ts';
import { randomId } from '../contracts/ids.ts';
import type { Caller } from './door.ts';

/** What somebody wants to do here. */
export interface Deed {
  readonly permission: string;
  readonly command: string;
  readonly args: Readonly<Record<string, string>>;
  /** Default: a new one. */
  readonly correlationId?: string;
}

/** What was decided on it. */
export interface Decided {
  /** Why not; null when it is allowed. */
  readonly blockedBy: string | null;
  readonly policyVersion: string;
}

/** @throws SwarmError AUDIT_UNAVAILABLE when it cannot be written */
export async function writeDeed(
  { audit, policy }: { readonly audit: AuditSink; readonly policy: Policy },
  caller: Caller,
  { command, args, permission, correlationId = randomId(), blockedBy, policyVersion }: Deed & Decided,
): Promise<void> {
  await audit.append({
    event: blockedBy === null ? 'changed' : 'refused',
    correlationId,
    person: await policy.personOf(caller.identity),
    principal: principalOf(caller.identity),
    place: wishFor(caller, permission).place,
    command,
    args,
    verdict: blockedBy === null ? 'allowed' : 'denied',
    detail: blockedBy ?? 'over HTTP',
    approvers: [],
    policyVersion,
  });
}

export function wishFor({ identity, replyTo }: Caller, permission: string): Wish {
  return { identity, permission, place: { surface: replyTo.surface, id: replyTo.place } };
}
