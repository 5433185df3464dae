// What the routes behind the door share: who asks, and whether a key may do what is no command.
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type AuditSink, type Policy, principalOf } from '../../access/index.ts';
import type { Reply } from '../../commands/index.ts';
import { errorText } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import { type Caller, operator } from '../door.ts';
import { type Decided, type Deed, wishFor, writeDeed } from '../record.ts';

/** Says who sent a request that the door let in. */
export type CallerOf = (request: FastifyRequest) => Caller;

export const idParam = z.object({ id: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/) });

export interface DeedDeps {
  readonly policy: Policy;
  /** Null: nothing is recorded. */
  readonly audit: AuditSink | null;
  readonly logger: Logger;
}

export interface DeedOptions {
  /** `refusals`: of what comes many times a second, the record would hold nothing else. Default `all`. */
  readonly records?: 'all' | 'refusals';
}

/**
 * Null lets pass: the token of this installation may, a key needs the permission. It is recorded, but does not wait for the
 * record: a reset is what mends, and an acknowledgement tells of what has happened already.
 *
 * @throws what kept the rights of a key from being read: an outage is no denial
 */
export async function denied(
  deps: DeedDeps,
  caller: Caller,
  deed: Deed,
  { records = 'all' }: DeedOptions = {},
): Promise<Extract<Reply, { kind: 'refusal' }> | null> {
  const decided = await decide(deps, caller, deed.permission);
  if (records === 'all' || decided.blockedBy !== null) await note(deps, caller, { ...deed, ...decided });
  return decided.blockedBy === null ? null : refusalOf(caller, decided.blockedBy);
}

/** As `denied`, and records nothing. @throws as `denied` */
export async function decide(
  { policy }: Pick<DeedDeps, 'policy'>,
  caller: Caller,
  permission: string,
): Promise<Decided> {
  const { fault, blockedBy, policyVersion } = await policy.decide(wishFor(caller, permission));
  const isOperator = principalOf(caller.identity) === principalOf(operator.identity);
  if (fault && !isOperator) throw fault;
  return { blockedBy: isOperator ? null : (blockedBy?.detail ?? null), policyVersion };
}

/** Records what was decided; what cannot be recorded is logged. */
export async function note(
  { audit, policy, logger }: DeedDeps,
  caller: Caller,
  done: Deed & Decided,
): Promise<void> {
  if (audit === null) return;
  await writeDeed({ audit, policy }, caller, done).catch((thrown: unknown) =>
    logger.error({ command: done.command, error: errorText(thrown) }, 'it was not recorded'),
  );
}

/** What a caller reads who may not. */
export function refusalOf({ identity }: Caller, why: string): Extract<Reply, { kind: 'refusal' }> {
  return { kind: 'refusal', code: 'denied', text: `Not allowed for ${identity.name}: ${why}.` };
}
