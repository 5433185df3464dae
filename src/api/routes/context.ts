// What the routes behind the door share: who asks, and whether a key may do what is no command.
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type AuditSink, type Policy, principalOf } from '../../access/index.ts';
import type { Reply } from '../../commands/index.ts';
import { errorText } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import { type Caller, operator } from '../door.ts';
import { type Deed, wishFor, writeDeed } from '../record.ts';

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
 * record: a reset is what mends, and an acknowledgement is an agent's own word.
 *
 * @throws what kept the rights of a key from being read: an outage is no denial
 */
export async function denied(
  deps: DeedDeps,
  caller: Caller,
  deed: Deed,
  { records = 'all' }: DeedOptions = {},
): Promise<Extract<Reply, { kind: 'refusal' }> | null> {
  const verdict = await deps.policy.decide(wishFor(caller, deed.permission));
  const isOperator = principalOf(caller.identity) === principalOf(operator.identity);
  if (verdict.fault && !isOperator) throw verdict.fault;
  const blockedBy = isOperator ? null : (verdict.blockedBy?.detail ?? null);
  const { audit, policy, logger } = deps;
  if (audit !== null && (records === 'all' || blockedBy !== null)) {
    const { policyVersion } = verdict;
    await writeDeed({ audit, policy }, caller, { ...deed, blockedBy, policyVersion }).catch(
      (thrown: unknown) =>
        logger.error({ command: deed.command, error: errorText(thrown) }, 'it was not recorded'),
    );
  }
  if (blockedBy === null) return null;
  return { kind: 'refusal', code: 'denied', text: `Not allowed for ${caller.identity.name}: ${blockedBy}.` };
}
