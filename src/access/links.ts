// Identities that were linked to a person by a one-time code, and what platforms vouched for, in Redis. Codes are kept as
// hashes, count once, and five wrong ones lock an identity out for a while.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Mark } from '../contracts/chat.ts';
import type { Redis } from '../core/redis.ts';
import { makeScript } from '../core/redis-script.ts';

/** How long a code waits, ms. */
export const codeTtlMs = 10 * 60_000;
/** Wrong codes of one identity within `codeTtlMs`; the last of them locks it. */
const wrongCodes = 5;
const lockedMs = 15 * 60_000;
/** For as long as a job may wait before its right is asked again, ms. */
const vouchedMs = 3_600_000;

export type Redeemed =
  /** `via` is the identity whose person it joined. */
  | { readonly kind: 'linked'; readonly via: string }
  /** It belonged to that person before; the code still counts. */
  | { readonly kind: 'same'; readonly via: string }
  | { readonly kind: 'taken'; readonly via: string }
  | { readonly kind: 'wrong'; readonly left: number }
  /** Ms since the epoch. */
  | { readonly kind: 'locked'; readonly until: number };

export interface Links {
  /** The identity through which another one is linked; null: it is not. */
  viaOf(principal: string): Promise<string | null>;
  /** Every linked identity with the one it is linked through. */
  all(): Promise<ReadonlyMap<string, string>>;
  /** Makes a code count for the person of `via`; one they had before counts no more. */
  offer(code: string, via: string, now: number): Promise<void>;
  /** Links `principal` to whoever the code is of. */
  redeem(code: string, principal: string, now: number): Promise<Redeemed>;
  /** Resolves to whether it was linked. */
  cut(principal: string): Promise<boolean>;
  /** What its platform last vouched for. */
  marksOf(principal: string): Promise<readonly Mark[]>;
  vouch(principal: string, marks: readonly Mark[]): Promise<void>;
}

// KEYS[1] codes; ARGV: hash, via, end, now.
const offerScript = makeScript(`
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local code = cjson.decode(all[i + 1])
  if code.via == ARGV[2] or code.ends <= tonumber(ARGV[4]) then redis.call('HDEL', KEYS[1], all[i]) end
end
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode({ via = ARGV[2], ends = tonumber(ARGV[3]) }))
return 1`);

// KEYS: wrong codes of this identity, codes, links; ARGV: hash, principal, now, window, limit, lock. Whoever was linked
// through the one that joins goes with it, so that no link leads to a link. A lock made before the clock was set back lasts
// no longer than one that begins now.
const redeemScript = makeScript(`
local now = tonumber(ARGV[3])
local tries = redis.call('HMGET', KEYS[1], 'wrong', 'since', 'locked')
local locked = math.min(tonumber(tries[3] or 0), now + ARGV[6])
if locked > now then
  local till = string.format('%.0f', locked)
  redis.call('HSET', KEYS[1], 'locked', till)
  return { 'locked', till }
end
local raw = redis.call('HGET', KEYS[2], ARGV[1])
local code = raw and cjson.decode(raw)
if code and code.ends > now then
  local via = redis.call('HGET', KEYS[3], ARGV[2])
  if code.via == ARGV[2] or code.via == via then return { 'same', code.via } end
  if via then return { 'taken', via } end
  redis.call('HDEL', KEYS[2], ARGV[1])
  redis.call('DEL', KEYS[1])
  local links = redis.call('HGETALL', KEYS[3])
  for i = 1, #links, 2 do
    if links[i + 1] == ARGV[2] then redis.call('HSET', KEYS[3], links[i], code.via) end
  end
  redis.call('HSET', KEYS[3], ARGV[2], code.via)
  return { 'linked', code.via }
end
local wrong, since = tonumber(tries[1] or 0), math.min(tonumber(tries[2] or 0), now)
if now - since >= tonumber(ARGV[4]) then wrong, since = 0, now end
wrong = wrong + 1
redis.call('HSET', KEYS[1], 'wrong', wrong, 'since', since)
redis.call('PEXPIRE', KEYS[1], ARGV[4] + ARGV[6])
if wrong < tonumber(ARGV[5]) then return { 'wrong', tostring(ARGV[5] - wrong) } end
redis.call('HSET', KEYS[1], 'wrong', 0, 'locked', now + ARGV[6])
return { 'wrong', '0' }`);

const redeemedSchema = z
  .tuple([z.enum(['linked', 'same', 'taken', 'wrong', 'locked']), z.string()])
  .transform(([kind, about]): Redeemed => {
    if (kind === 'wrong') return { kind, left: Number(about) };
    return kind === 'locked' ? { kind, until: Number(about) } : { kind, via: about };
  });

const marksSchema = z.array(
  z.union([z.templateLiteral(['role:', z.string()]), z.templateLiteral(['badge:', z.string()])]),
);

/** Creates the store over a command client. */
export function createLinks(redis: Redis, { prefix }: { readonly prefix: string }): Links {
  const links = `${prefix}:access:links`;
  const codes = `${prefix}:access:codes`;
  const marks = (principal: string) => `${prefix}:access:marks:${principal}`;
  return {
    viaOf: (principal) => redis.hget(links, principal),
    all: async () => new Map(Object.entries(await redis.hgetall(links))),
    offer: async (code, via, now) => {
      await offerScript(redis, [codes], [hashOf(code), via, now + codeTtlMs, now]);
    },
    redeem: async (code, principal, now) => {
      const keys = [`${prefix}:access:wrong-codes:${principal}`, codes, links];
      const limits = [codeTtlMs, wrongCodes, lockedMs];
      return redeemedSchema.parse(await redeemScript(redis, keys, [hashOf(code), principal, now, ...limits]));
    },
    cut: async (principal) => (await redis.hdel(links, principal)) === 1,
    marksOf: async (principal) => {
      const raw = await redis.get(marks(principal));
      return raw === null ? [] : marksSchema.parse(JSON.parse(raw));
    },
    vouch: async (principal, vouched) => {
      await redis.set(marks(principal), JSON.stringify(vouched), 'PX', vouchedMs);
    },
  };
}

function hashOf(code: string): string {
  return createHash('sha256').update(code).digest('hex');
}
