// One wish that waits for a word, as it lies in Redis: what was asked never changes, how it stands does. Shapes and the
// hash that binds them; store.ts moves them.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { addressSchema, markSchema, surfaceSchema } from '../../contracts/chat.ts';
import { traceparentSchema } from '../../contracts/envelope.ts';
import { canonicalJson } from '../audit-chain.ts';
import { dangerLevels } from '../danger.ts';
import { momentSchema } from '../moment.ts';

/** `approved` is decided and not yet done; `invalid` was altered in the store. Only `pending` can be decided. */
export const approvalStates = [
  'pending',
  'approved',
  'done',
  'declined',
  'withdrawn',
  'expired',
  'invalid',
] as const;
export type ApprovalState = (typeof approvalStates)[number];

const identitySchema = z.object({
  surface: surfaceSchema,
  id: z.string(),
  name: z.string(),
  marks: z.array(markSchema).readonly().exactOptional(),
});

const placeSchema = z.object({ surface: surfaceSchema, id: z.string(), server: z.string().exactOptional() });

/** What was asked, by whom, under which rules. */
export const requestSchema = z.object({
  /** Short enough to type. */
  id: z.string(),
  invocationId: z.string(),
  command: z.string(),
  args: z.record(z.string(), z.string()),
  permission: z.string(),
  level: z.enum(dangerLevels),
  /** As the person was asked. */
  prompt: z.string(),
  /** As they were known when they asked. */
  requester: z.object({ person: z.string(), identity: identitySchema }),
  place: placeSchema,
  /** Where it was asked, and where what comes of it goes. */
  replyTo: addressSchema,
  /** Where else it is shown. */
  mirrors: z.array(addressSchema),
  policyVersion: z.string(),
  /** Ms since the epoch. */
  askedAt: momentSchema,
  /** How long it waits once it is shown, ms. */
  waitsMs: z.int().min(0),
  /** How long until it is brought to mind once, ms; absent: it never is. */
  remindAfterMs: z.int().min(0).exactOptional(),
  /** Over what is done when it is approved. */
  hash: z.string(),
  /** Of the wish, so that the word on it belongs to the same trace. */
  traceparent: traceparentSchema,
});
export type Request = z.infer<typeof requestSchema>;

/** Whose word ended the waiting, and under which rules. */
export const decidedSchema = z.object({
  person: z.string(),
  identity: identitySchema,
  /** Where it was said. */
  from: addressSchema,
  /** Of that place, where it has one: the rules may name it. */
  server: z.string().exactOptional(),
  /** Ms since the epoch. */
  at: momentSchema,
  reason: z.string(),
  policyVersion: z.string(),
  /** The id of the use by which it was said, where it has one: the same one again is the same word. */
  useId: z.string().exactOptional(),
});
export type Decided = z.infer<typeof decidedSchema>;

/** A wish that waits for a word, or waited: what was asked, and how it stands. */
export interface Approval extends Request {
  readonly state: ApprovalState;
  /** Ms since the epoch; before it was shown, the time by which it must be. */
  readonly expiresAt: number;
  /** Ms since the epoch; null: nobody can have seen it yet. */
  readonly shownAt: number | null;
  /** Null while it is pending, and where time ended it. */
  readonly decided: Decided | null;
}

/** Bound by the hash: what a yes is a yes to, and all that is shown or recorded of it. */
type Bound = Omit<
  Request,
  'id' | 'hash' | 'askedAt' | 'waitsMs' | 'remindAfterMs' | 'mirrors' | 'traceparent'
>;

/**
 * SHA-256, hex. It finds what was altered by mistake or by half; whoever can write into Redis can write a new hash as well,
 * so the password of Redis is what keeps them out.
 */
export function hashOf(asked: Bound): string {
  const { invocationId, command, args, permission, level, prompt } = asked;
  const { requester, place, replyTo, policyVersion } = asked;
  const bound = [
    invocationId,
    command,
    args,
    permission,
    level,
    prompt,
    requester,
    place,
    replyTo,
    policyVersion,
  ];
  return createHash('sha256').update(canonicalJson(bound)).digest('hex');
}

/** Whether it still is what was asked. */
export function isIntact(approval: Request): boolean {
  return approval.hash === hashOf(approval);
}
