// What the routes behind the door share: who asks, and whether a key may do what the operator may.
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Policy, principalOf } from '../../access/index.ts';
import type { Reply } from '../../commands/index.ts';
import { type Caller, operator } from '../door.ts';

/** Says who sent a request that the door let in. */
export type CallerOf = (request: FastifyRequest) => Caller;

export const idParam = z.object({ id: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/) });

/** Null lets pass; the token of this installation may do what no command does, a key needs the permission. */
export async function keyDenied(
  policy: Policy,
  { identity, replyTo }: Caller,
  permission: string,
): Promise<Reply | null> {
  if (principalOf(identity) === principalOf(operator.identity)) return null;
  const place = { surface: replyTo.surface, id: replyTo.place };
  const { blockedBy } = await policy.decide({ identity, permission, place });
  if (blockedBy === null) return null;
  return { kind: 'refusal', code: 'denied', text: `Not allowed for ${identity.name}: ${blockedBy.detail}.` };
}
