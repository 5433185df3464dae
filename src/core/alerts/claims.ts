// One voice for all processes, in Redis: whoever claims an alert tells it, and what people were told lies beside the
// claims, so that who takes one over knows it. Without Redis nobody can agree, and each tells what it sees.
import { z } from 'zod';
import type { Redis } from '../redis.ts';
import { makeScript } from '../redis-script.ts';
import type { Alert } from './alert.ts';

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
});

/** `new`: claimed, and people do not know of it. `told`: claimed, and somebody has told it. `own`: it was already. */
export type Claim = 'new' | 'told' | 'own' | 'other';

/** None of it rejects; null says that Redis did not answer. */
export interface AlertClaims {
  /** Claims an alert, or keeps what this process has claimed. */
  claim(key: string): Promise<Claim | null>;
  /** People have heard of it. */
  told(alert: Alert): Promise<void>;
  /** Gives a claim back; that people were told stays known. */
  release(key: string): Promise<void>;
  /** What people were told and nobody claims. */
  left(): Promise<readonly Alert[] | null>;
  /** True for the one that is to tell the end; false when somebody has claimed it, or there is nothing to end. */
  end(key: string): Promise<boolean | null>;
}

// KEYS: claim, told; ARGV: alert. In one step, so that nobody claims between the look and the end.
const endScript = makeScript(`
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
return redis.call('HDEL', KEYS[2], ARGV[1])`);

/** @param options.instance of this process, another at each start */
export function createAlertClaims(
  redis: Redis,
  { prefix, instance }: { readonly prefix: string; readonly instance: string },
): AlertClaims {
  const place = (key: string) => `${prefix}:alert:${key}`;
  const toldPlace = `${prefix}:alerts-told`;
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
    told: async (alert) => {
      const said = redis.multi().hset(toldPlace, alert.key, JSON.stringify(alert));
      await said
        .expire(toldPlace, toldSeconds)
        .exec()
        .catch(() => undefined);
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
