// Grants and revocations by command, in Redis: what a person may beyond the policy file, or no longer. Each has its effect
// once, whoever confirms it how often; what they come to is decided in gates.ts.
import { z } from 'zod';
import { domainErrors } from '../contracts/errors.ts';
import { SwarmError } from '../core/errors.ts';
import type { Redis } from '../core/redis.ts';
import { makeScript } from '../core/redis-script.ts';

const grantSchema = z.object({
  effect: z.enum(['allow', 'deny']),
  kind: z.enum(['permission', 'role']),
  /** The pattern of permissions, or the role. */
  name: z.string(),
  /** The person who gave the order. */
  by: z.string(),
  /** Ms since the epoch. */
  at: z.number(),
  until: z.number().nullable(),
});
export type Grant = z.infer<typeof grantSchema>;

/** A change of what one person may. */
export interface GrantOrder {
  /** Of the order: the same id again changes nothing. */
  readonly id: string;
  readonly person: string;
  readonly grant: Grant;
}

export interface Grants {
  /** Those that hold at `now`, for any of these persons. @throws SwarmError RECORD_UNREADABLE, and what Redis met */
  of(persons: readonly string[], now: number): Promise<readonly Grant[]>;
  /** Puts it in the place of what was said of the same before. Resolves to whether this very call did. */
  put(order: GrantOrder): Promise<boolean>;
  /** Takes away what was said of the same. Resolves as `put`. */
  drop(order: GrantOrder): Promise<boolean>;
}

// Longer than a confirmation can be repeated: a second click on an old one must not undo what came after it.
const orderTtlMs = 48 * 3_600_000;

// KEYS[1] grants of a person, KEYS[2] mark of the order; ARGV: field, record or '', now, TTL of the mark. What is past is
// cleared here, where it cannot meet its own renewal.
const changeScript = makeScript(`
if not redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[4]) then return 0 end
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local ends = cjson.decode(all[i + 1])['until']
  if ends ~= cjson.null and ends <= tonumber(ARGV[3]) then redis.call('HDEL', KEYS[1], all[i]) end
end
if ARGV[2] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) else redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
return 1`);

/** Creates the store over a command client. */
export function createGrants(redis: Redis, { prefix }: { readonly prefix: string }): Grants {
  const key = (person: string) => `${prefix}:access:grants:${person}`;
  const change = async ({ id, person, grant }: GrantOrder, record: string) => {
    const keys = [key(person), `${prefix}:access:order:${id}`];
    const field = `${grant.kind} ${grant.name}`;
    return (await changeScript(redis, keys, [field, record, grant.at, orderTtlMs])) === 1;
  };
  return {
    of: async (persons, now) => {
      const all = await Promise.all([...new Set(persons)].map((person) => redis.hvals(key(person))));
      return all
        .flat()
        .map(toGrant)
        .filter(({ until }) => until === null || until > now);
    },
    put: (order) => change(order, JSON.stringify(order.grant)),
    drop: (order) => change(order, ''),
  };
}

// One that is passed over might be a revocation.
function toGrant(raw: string): Grant {
  try {
    return grantSchema.parse(JSON.parse(raw));
  } catch (cause) {
    throw new SwarmError(domainErrors.recordUnreadable, `a grant cannot be read: ${raw.slice(0, 200)}`, {
      cause,
    });
  }
}
