// Pending confirmations in Redis, so that a click works after a crash. One decision each, whoever clicks how often.
import { z } from 'zod';
import { traceparentSchema } from '../contracts/envelope.ts';
import { derivedId } from '../contracts/ids.ts';
import type { Clock } from '../core/clock.ts';
import { coreErrors, SwarmError } from '../core/errors.ts';
import type { Redis } from '../core/redis.ts';

/** How long a confirmation waits for its click, ms. */
const confirmationTtlMs = 60_000;
// Kept after the decision, so that a second click learns what the first one did.
const recordTtlMs = 24 * 3_600_000;

const recordSchema = z.object({
  id: z.string(),
  invocationId: z.string(),
  command: z.string(),
  args: z.record(z.string(), z.string()),
  person: z.string(),
  expiresAt: z.number(),
  state: z.enum(['pending', 'confirmed', 'declined']),
  /** Of the wish, so that the word on it belongs to the same trace. */
  traceparent: traceparentSchema,
});
export type Confirmation = z.infer<typeof recordSchema>;

/** `first` tells whether this very call decided. */
export type Verdict =
  | { readonly kind: 'decided'; readonly state: 'confirmed' | 'declined'; readonly first: boolean }
  | { readonly kind: 'expired' }
  | { readonly kind: 'missing' };

/** The store of confirmations. */
export interface Confirmations {
  /** The same invocation gets the same confirmation back, in whatever state it is by now. */
  open(request: Omit<Confirmation, 'id' | 'expiresAt' | 'state'>): Promise<Confirmation>;
  /** Null when there is none under this id. */
  find(id: string): Promise<Confirmation | null>;
  /** Decides once; a later call learns what was decided. */
  decide(id: string, state: 'confirmed' | 'declined'): Promise<Verdict>;
}

// KEYS[1] record; ARGV: new state, now. Answers missing | expired | first:<state> | again:<state>.
const decideScript = `
local raw = redis.call('GET', KEYS[1])
if not raw then return 'missing' end
local record = cjson.decode(raw)
if record.state ~= 'pending' then return 'again:' .. record.state end
if tonumber(ARGV[2]) > record.expiresAt then return 'expired' end
record.state = ARGV[1]
redis.call('SET', KEYS[1], cjson.encode(record), 'KEEPTTL')
return 'first:' .. record.state`;

/** Creates the store over a command client. */
export function createConfirmations(
  deps: { readonly redis: Redis; readonly clock: Clock },
  options: { readonly prefix: string },
): Confirmations {
  const { redis, clock } = deps;
  const key = (id: string) => `${options.prefix}:confirm:${id}`;
  const find = async (id: string) => {
    const raw = await redis.get(key(id));
    return raw === null ? null : recordSchema.parse(JSON.parse(raw));
  };
  return {
    find,
    open: async (request) => {
      const full = derivedId('confirmation', request.invocationId);
      // Short ids are for typing; a clash with another open one takes more digits.
      for (const length of [6, 10, full.length]) {
        const record: Confirmation = {
          ...request,
          id: full.slice(0, length),
          expiresAt: clock.now() + confirmationTtlMs,
          state: 'pending',
        };
        const stored = await redis.set(key(record.id), JSON.stringify(record), 'PX', recordTtlMs, 'NX');
        if (stored === 'OK') return record;
        const existing = await find(record.id);
        if (existing?.invocationId === request.invocationId) return existing;
      }
      throw new SwarmError(coreErrors.unexpected, `no free confirmation id for ${request.invocationId}`);
    },
    decide: async (id, state) => {
      const answer = String(await redis.eval(decideScript, 1, key(id), state, clock.now()));
      if (answer === 'missing' || answer === 'expired') return { kind: answer };
      const [turn, decided] = answer.split(':');
      return {
        kind: 'decided',
        state: decided === 'confirmed' ? 'confirmed' : 'declined',
        first: turn === 'first',
      };
    },
  };
}
