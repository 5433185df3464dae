// What people asked for and what became of it, in Redis for a week: whoever lost the answer asks for it by its id. It
// remembers, and decides nothing.
import { z } from 'zod';
import { type ActionView, actionNoteSchema, actionWordSchema } from '../contracts/actions.ts';
import { reportSchema, stepSchema } from '../contracts/chat.ts';
import type { ActionDirectory, JobSink } from '../contracts/ports.ts';
import type { Redis } from '../core/redis.ts';
import { makeScript } from '../core/redis-script.ts';

const keepSeconds = 7 * 24 * 3_600;
/** So many digits of an id find it. */
const shortest = 6;
/** More of one beginning are a search, and not a name. */
const most = 20;
const idShape = /^x?([0-9a-f]{6,19})$/;

const reportedSchema = actionWordSchema.extend({ steps: z.array(stepSchema) });

// KEYS: action, index; ARGV: note, id, seconds. The first note of an action stays.
const noteScript = makeScript(`
redis.call('HSETNX', KEYS[1], 'note', ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('SADD', KEYS[2], ARGV[2])
return redis.call('EXPIRE', KEYS[2], ARGV[3])`);

// KEYS: action; ARGV: seq, report, seconds. Of actions that were noted, and never over a later report.
const tellScript = makeScript(`
local seq = redis.call('HMGET', KEYS[1], 'note', 'seq')
if not seq[1] or tonumber(seq[2] or -1) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'seq', ARGV[1], 'report', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1`);

/** Creates the directory over a command client. */
export function createActionDirectory(redis: Redis, options: { readonly prefix: string }): ActionDirectory {
  const { actionKey, indexKey } = keysOf(options.prefix);
  return {
    note: async (note) => {
      const { correlationId } = note;
      const digits = digitsOf(correlationId) ?? correlationId;
      const keys = [actionKey(correlationId), indexKey(digits)];
      await noteScript(redis, keys, [JSON.stringify(note), correlationId, keepSeconds]);
    },
    find: async (id) => {
      const digits = digitsOf(id.toLowerCase());
      if (digits === null) return [];
      const ids = await redis.smembers(indexKey(digits));
      const wanted = ids.filter((one) => digitsOf(one)?.startsWith(digits)).slice(0, most);
      const kept = await Promise.all(wanted.map((one) => redis.hmget(actionKey(one), 'note', 'report')));
      return kept.flatMap(([note = null, report = null]) => (note === null ? [] : [viewOf(note, report)]));
    },
  };
}

/** A job sink that remembers each report about an action on its way. */
export function rememberReports(jobs: JobSink, redis: Redis, options: { readonly prefix: string }): JobSink {
  const { actionKey } = keysOf(options.prefix);
  return {
    add: async (order) => {
      const report = order.name === 'chat.report' ? reportSchema.safeParse(order.body) : null;
      // Of the question that went before it others are told under names of their own.
      if (report?.success && report.data.about === order.correlationId) {
        const { seq, ...told } = report.data;
        const key = actionKey(order.correlationId);
        // The person is told all the same; only who asks again later hears an older word.
        const kept = tellScript(redis, [key], [seq, JSON.stringify(told), keepSeconds]).catch(
          () => undefined,
        );
        // Beside each other: it costs the person no wait of its own.
        const [added] = await Promise.all([jobs.add(order), kept]);
        return added;
      }
      return jobs.add(order);
    },
  };
}

function keysOf(prefix: string) {
  return {
    actionKey: (id: string) => `${prefix}:action:${id}`,
    indexKey: (digits: string) => `${prefix}:actions:${digits.slice(0, shortest)}`,
  };
}

/** The digits of an id, or of its beginning; null for what is neither. */
function digitsOf(id: string): string | null {
  return idShape.exec(id)?.[1] ?? null;
}

function viewOf(note: string, report: string | null): ActionView {
  const told = report === null ? null : reportedSchema.parse(JSON.parse(report));
  return {
    note: actionNoteSchema.parse(JSON.parse(note)),
    steps: told?.steps ?? [],
    word: told,
  };
}
