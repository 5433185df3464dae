// Grants and revocations by command, in Redis: what a person may beyond the policy file, or no longer. Each has its effect
// once, whoever confirms it how often; what they come to is decided in gates.ts. What has an end lies over what ends later or
// never, which counts again when it is over.
import { z } from 'zod';
import { domainErrors } from '../contracts/errors.ts';
import { SwarmError } from '../core/errors.ts';
import type { Redis } from '../core/redis.ts';
import { makeScript } from '../core/redis-script.ts';

const wordSchema = z.object({
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

/** What somebody may do, or may not, by word of a person. */
export interface Grant extends z.infer<typeof wordSchema> {
  /** What was said of the same before and counts again when this one is over; absent: nothing. */
  readonly under?: Grant;
}

/** A change of what one person may. */
export interface GrantOrder {
  /** Of the order: the same id again changes nothing. */
  readonly id: string;
  readonly person: string;
  readonly grant: Grant;
}

export interface Grants {
  /** Those that count at `now`, with what they lie over, for any of these persons. @throws SwarmError RECORD_UNREADABLE, and what Redis met */
  of(persons: readonly string[], now: number): Promise<readonly Grant[]>;
  /** Puts it in the place of what was said of the same before and ends no later. Resolves to whether this very call did. */
  put(order: GrantOrder): Promise<boolean>;
  /** Takes away what says the opposite of the same, whenever it ends. Resolves as `put`. */
  drop(order: GrantOrder): Promise<boolean>;
}

// Longer than a confirmation can be repeated: a second click on an old one must not undo what came after it.
const orderTtlMs = 48 * 3_600_000;

// KEYS[1] grants of a person, KEYS[2] mark of the order; ARGV: record, its field or '' to drop, now, TTL of the mark. What is
// past is cleared here, where it cannot meet its own renewal.
const changeScript = makeScript(`
if not redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[4]) then return 0 end
local function ends(word) return word['until'] == cjson.null and math.huge or word['until'] end
local new = cjson.decode(ARGV[1])
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local old = cjson.decode(all[i + 1])
  local gone = ends(old) <= tonumber(ARGV[3])
  if old.kind == new.kind and old.name == new.name then
    if ARGV[2] == '' then gone = gone or old.effect ~= new.effect else gone = gone or ends(old) <= ends(new) end
  end
  if gone then redis.call('HDEL', KEYS[1], all[i]) end
end
if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], ARGV[2], ARGV[1]) end
return 1`);

/** Creates the store over a command client. */
export function createGrants(redis: Redis, { prefix }: { readonly prefix: string }): Grants {
  const key = (person: string) => `${prefix}:access:grants:${person}`;
  const change = async ({ id, person, grant }: GrantOrder, field: string) => {
    const keys = [key(person), `${prefix}:access:order:${id}`];
    return (await changeScript(redis, keys, [JSON.stringify(grant), field, grant.at, orderTtlMs])) === 1;
  };
  return {
    of: async (persons, now) => {
      const all = await Promise.all([...new Set(persons)].map((person) => redis.hvals(key(person))));
      return all.flatMap((records) => layered(records.map(toWord).filter((word) => endOf(word) > now)));
    },
    put: (order) => change(order, fieldOf(order.grant)),
    drop: (order) => change(order, ''),
  };
}

/** A word and those that it lies over, the uppermost first. */
export function wordsOf(grant: Grant): readonly Grant[] {
  return grant.under === undefined ? [grant] : [grant, ...wordsOf(grant.under)];
}

/** What counts of it at that time; null: nothing. */
export function standing(grant: Grant, at: number): Grant | null {
  return wordsOf(grant).find((word) => endOf(word) > at) ?? null;
}

/** Until when all that lies there says the same as the uppermost, ms since the epoch; null: without end. */
export function holdsUntil({ effect, until, under }: Grant): number | null {
  return under?.effect === effect ? holdsUntil(under) : until;
}

// Of what was said of the same and is left, the last word ends first: it took the place of all that ends no later.
function layered(words: readonly Grant[]): readonly Grant[] {
  const top = new Map<string, Grant>();
  for (const word of words.toSorted((a, b) => endOf(b) - endOf(a))) {
    const what = `${word.kind} ${word.name}`;
    const under = top.get(what);
    top.set(what, under === undefined ? word : { ...word, under });
  }
  return [...top.values()];
}

function endOf({ until }: Grant): number {
  return until ?? Number.POSITIVE_INFINITY;
}

function fieldOf({ kind, name, until }: Grant): string {
  return until === null ? `${kind} ${name}` : `${until} ${kind} ${name}`;
}

// One that is passed over might be a revocation.
function toWord(raw: string): Grant {
  try {
    return wordSchema.parse(JSON.parse(raw));
  } catch (cause) {
    throw new SwarmError(domainErrors.recordUnreadable, `a grant cannot be read: ${raw.slice(0, 200)}`, {
      cause,
    });
  }
}
