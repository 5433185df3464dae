// Boards and the courses of agents in Redis: a board per place, and of each agent the last percents that were seen.
import { z } from 'zod';
import { seriesLimit } from '../../contracts/board.ts';
import type { Address } from '../../contracts/chat.ts';
import type { Redis } from '../../core/redis.ts';
import { ask } from '../record-reader.ts';
import { type BoardRecord, boardRecordSchema } from './record.ts';

/** A percent and since when, ms since the epoch. */
const seenSchema = z.tuple([z.number(), z.number()]);
const courseSchema = z.array(seenSchema);
export type SeenPercent = z.infer<typeof seenSchema>;

/** A record and the very text that it was read from, which is what a change is conditional on; '' is none. */
export interface HeldBoard {
  readonly text: string;
  readonly value: BoardRecord | null;
}

/** Each method throws SwarmError REDIS_* when Redis does not answer, or does not as it should. */
export interface BoardStore {
  boards(): Promise<readonly HeldBoard[]>;
  at(place: Address): Promise<HeldBoard>;
  /** Null takes it away. False when somebody else changed it since it was read; then nothing was written. */
  save(place: Address, held: HeldBoard, next: BoardRecord | null): Promise<boolean>;
  /** In the order of `agents`. */
  courses(agents: readonly string[]): Promise<readonly (readonly SeenPercent[])[]>;
  /** Keeps the newest of each. */
  keep(courses: Readonly<Record<string, readonly SeenPercent[]>>): Promise<void>;
  /** Whether it is ours to look: one process of all within `ms`. */
  turn(ms: number): Promise<boolean>;
}

const script = `
local held = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if held ~= ARGV[2] then return 0 end
if ARGV[3] == '' then redis.call('HDEL', KEYS[1], ARGV[1]) else redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) end
return 1`;

/** Creates the store. */
export function createBoardStore(redis: Redis, { prefix }: { readonly prefix: string }): BoardStore {
  const key = (name: string) => `${prefix}:board:${name}`;
  const field = ({ surface, place }: Address) => `${surface}/${place}`;
  return {
    boards: async () => Object.values(await ask(() => redis.hgetall(key('places')))).map(heldOf),
    at: async (place) => heldOf((await ask(() => redis.hget(key('places'), field(place)))) ?? ''),
    save: async (place, { text }, next) => {
      const args = [field(place), text, next === null ? '' : JSON.stringify(next)];
      return (await ask(() => redis.eval(script, 1, key('places'), ...args))) === 1;
    },
    courses: async (agents) => {
      if (agents.length === 0) return [];
      const texts = await ask(() => redis.hmget(key('courses'), ...agents));
      return texts.map((text) => parsed(courseSchema, text ?? '') ?? []);
    },
    keep: async (courses) => {
      const fields = Object.entries(courses).flatMap(([agent, course]) => [
        agent,
        JSON.stringify(course.slice(-seriesLimit)),
      ]);
      if (fields.length > 0) await ask(() => redis.hset(key('courses'), ...fields));
    },
    turn: async (ms) => (await ask(() => redis.set(key('turn'), '1', 'PX', ms, 'NX'))) === 'OK',
  };
}

// A board that cannot be read is nothing that a person needs: the next order puts another in its place.
function heldOf(text: string): HeldBoard {
  return { text, value: parsed(boardRecordSchema, text) };
}

function parsed<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
