// Wishes that wait for a word, read out of Redis. One that is not what this version writes is named, and hides no other.
import { z } from 'zod';
import { domainErrors } from '../../contracts/errors.ts';
import { SwarmError } from '../../core/errors.ts';
import { inputFault } from '../../core/input-faults.ts';
import type { Redis } from '../../core/redis.ts';
import { isReply } from '../../core/redis-faults.ts';
import { momentSchema } from '../moment.ts';
import { type Approval, approvalStates, decidedSchema, requestSchema } from './record.ts';

/** A wish whose record cannot be understood; it hides no other. */
export interface Unreadable {
  readonly id: string;
  /** In Redis. */
  readonly key: string;
}

export interface Reader {
  /** As in `Approvals`. */
  find(id: string): Promise<Approval | null>;
  /** Whatever is to be looked after; null where its record is gone. */
  all(): Promise<readonly (Approval | Unreadable | null)[]>;
}

/** @param where the ids of those that are to be looked after, and the key of each */
export function makeReader(
  redis: Redis,
  { index, key }: { readonly index: string; readonly key: (id: string) => string },
): Reader {
  const find = async (id: string): Promise<Approval | null> => {
    try {
      const fields = await redis.hgetall(key(id));
      return Object.keys(fields).length === 0 ? null : toApproval(fields);
    } catch (thrown) {
      throw unreadableAs(key(id), thrown) ?? thrown;
    }
  };
  const findOrName = (id: string): Promise<Approval | Unreadable | null> =>
    find(id).catch((thrown: unknown) => {
      if (thrown instanceof SwarmError && thrown.kind === domainErrors.recordUnreadable)
        return { id, key: key(id) };
      throw thrown;
    });
  return { find, all: async () => Promise.all((await redis.zrange(index, 0, '-1')).map(findOrName)) };
}

/** What a script answers for a hash. */
export function fieldsOf(answer: unknown): Record<string, string> {
  const all = z.array(z.string()).parse(answer);
  return Object.fromEntries(all.flatMap((name, i) => (i % 2 === 0 ? [[name, all[i + 1] ?? '']] : [])));
}

const storedMs = z.string().regex(/^\d+$/, 'whole ms since the epoch').transform(Number).pipe(momentSchema);

// HGETALL answers strings.
const storedSchema = z.object({
  request: z.string().transform((text): unknown => JSON.parse(text)),
  state: z.enum(approvalStates),
  expiresAt: storedMs,
  shownAt: z
    .literal('')
    .transform(() => null)
    .or(storedMs),
  decided: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .optional(),
});

/** Null for what is no matter of the record. */
function unreadableAs(key: string, thrown: unknown): SwarmError | null {
  const other = isReply(thrown, 'WRONGTYPE') ? 'it is no hash' : inputFault(thrown)?.message;
  if (other === undefined) return null;
  return new SwarmError(domainErrors.recordUnreadable, `Redis ${key}: ${other}`, { cause: thrown });
}

export function toApproval(fields: unknown): Approval {
  const { request, state, expiresAt, shownAt, decided } = storedSchema.parse(fields);
  return {
    ...requestSchema.parse(request),
    state,
    expiresAt,
    shownAt,
    // A word that could not be kept leaves its trace behind; whoever says the next one overwrites it.
    decided: decided === undefined || state === 'pending' ? null : decidedSchema.parse(decided),
  };
}
