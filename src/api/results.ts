// The latest report of each action asked over HTTP or the CLI, kept in Redis for a day so that it can be fetched again.
import { type Report, reportSchema } from '../contracts/chat.ts';
import type { ReportSink } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import type { Redis } from '../core/redis.ts';
import { makeScript } from '../core/redis-script.ts';

const keepSeconds = 24 * 3_600;
const pollMs = 100;

/**
 * KEYS: the result; ARGV: the report, its seq, s to keep it. One step, or of two processes that tell two reports at once
 * the older one could have the last word, and whoever follows would wait for an end that was told.
 */
const keepNewest = makeScript(`
local known = redis.call('GET', KEYS[1])
if known and cjson.decode(known).seq >= tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
return 1`);

export interface Results extends ReportSink {
  /** The newest report under this id with a seq above `after`, waited for at most `waitMs`; null when none came. */
  next(id: string, after: number, waitMs: number): Promise<Report | null>;
}

/** Creates the store; its `report` is the sink of the surfaces `cli` and `http`. */
export function createResults(
  deps: { readonly redis: Redis; readonly clock: Clock },
  options: { readonly prefix: string },
): Results {
  const { redis, clock } = deps;
  const key = (id: string) => `${options.prefix}:result:${id}`;
  const latest = async (id: string) => {
    const text = await redis.get(key(id));
    return text === null ? null : reportSchema.parse(JSON.parse(text));
  };
  return {
    report: async (report) => {
      await keepNewest(redis, [key(report.about)], [JSON.stringify(report), report.seq, keepSeconds]);
    },
    next: async (id, after, waitMs) => {
      const deadline = clock.now() + waitMs;
      for (;;) {
        const report = await latest(id);
        if (report && report.seq > after) return report;
        if (clock.now() >= deadline) return null;
        await clock.sleep(pollMs);
      }
    },
  };
}
