// One voice for all processes on each way out, in Redis: whoever claims an alert for a way tells it there, and what the
// way took lies beside the claims, so that who takes one over knows it. Without Redis nobody can agree, and each tells
// what it sees.
import { z } from 'zod';
import type { Redis } from '../redis.ts';
import { makeScript } from '../redis-script.ts';
import type { Alert, WayOut } from './alert.ts';

/** What a process that died had claimed is free after this. A claim is to be made again well before. */
const claimSeconds = 30;
/** What nobody has claimed or ended for so long is forgotten. */
const toldSeconds = 24 * 3_600;

const toldSchema = z.object({
  key: z.string(),
  source: z.string(),
  severity: z.enum(['warning', 'critical']),
  title: z.string(),
  detail: z.string(),
  runbook: z.string(),
  count: z.number(),
  labels: z.record(z.string(), z.string()),
  since: z.number(),
  way: z.object({ state: z.enum(['kept', 'told']), at: z.number() }),
});

/** How a way took an alert, as far as whoever told it knew. */
export type Taken = Pick<WayOut, 'at'> & { readonly state: 'kept' | 'told' };

/** `new`: claimed, and the way has not heard of it. `told`: claimed, and somebody has told it. `own`: it was already. */
export type Claim = 'new' | 'told' | 'own' | 'other';

/** Of one way out. None of it rejects; null says that Redis did not answer. */
export interface AlertClaims {
  /** Claims an alert, or keeps what this process has claimed. */
  claim(key: string): Promise<Claim | null>;
  /** The way has taken it. */
  told(alert: Alert, taken: Taken): Promise<void>;
  /** How the way took it, whoever told it; null also where it did not. */
  taken(key: string): Promise<Taken | null>;
  /** Gives a claim back; that people were told stays known. */
  release(key: string): Promise<void>;
  /** What the way took and nobody claims. */
  left(): Promise<readonly Alert[] | null>;
  /** True for the one that is to tell the end; false when somebody has claimed it, or there is nothing to end. */
  end(key: string): Promise<boolean | null>;
}

/** Where nobody is to be asked. */
export const unshared: AlertClaims = {
  claim: async () => null,
  told: async () => undefined,
  taken: async () => null,
  release: async () => undefined,
  left: async () => null,
  end: async () => null,
};

// KEYS: claim, told; ARGV: alert. In one step, so that nobody claims between the look and the end.
const endScript = makeScript(`
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
return redis.call('HDEL', KEYS[2], ARGV[1])`);

/**
 * @param options.instance of this process, another at each start
 * @param options.way key of the way out
 */
export function createAlertClaims(
  redis: Redis,
  { prefix, instance, way }: { readonly prefix: string; readonly instance: string; readonly way: string },
): AlertClaims {
  const place = (key: string) => `${prefix}:alert:${way}:${key}`;
  const toldPlace = `${prefix}:alerts-told:${way}`;
  const isOwn = async (key: string) => (await redis.get(place(key))) === instance;
  const claim = async (key: string): Promise<Claim> => {
    const taken = await redis.set(place(key), instance, 'EX', claimSeconds, 'NX');
    if (taken === 'OK') return (await redis.hexists(toldPlace, key)) === 1 ? 'told' : 'new';
    if (!(await isOwn(key))) return 'other';
    await redis.expire(place(key), claimSeconds);
    return 'own';
  };
  const left = async () => {
    const all = Object.values(await redis.hgetall(toldPlace)).flatMap(toAlert);
    if (all.length === 0) return [];
    const claims = await redis.mget(all.map(({ key }) => place(key)));
    return all.filter((_, i) => claims[i] === null);
  };
  return {
    claim: (key) => claim(key).catch(() => null),
    told: async (alert, taken) => {
      const said = redis.multi().hset(toldPlace, alert.key, JSON.stringify({ ...alert, way: taken }));
      await said
        .expire(toldPlace, toldSeconds)
        .exec()
        .catch(() => undefined);
    },
    taken: async (key) => {
      const text = await redis.hget(toldPlace, key).catch(() => null);
      return text === null ? null : (toTold(text)[0]?.way ?? null);
    },
    release: async (key) => {
      const own = await isOwn(key).catch(() => false);
      if (own) await redis.del(place(key)).catch(() => undefined);
    },
    left: () => left().catch(() => null),
    end: (key) =>
      endScript(redis, [place(key), toldPlace], [key]).then(
        (ended) => ended === 1,
        () => null,
      ),
  };
}

// Of another version, it may be anything: then its end is told by nobody.
function toAlert(text: string): Alert[] {
  return toTold(text).map(({ way: _, ...alert }) => alert);
}

function toTold(text: string): z.infer<typeof toldSchema>[] {
  const read = z.string().transform(parsed).pipe(toldSchema).safeParse(text);
  return read.success ? [read.data] : [];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
