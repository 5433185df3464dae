// What each surface has shown of a report, in Redis, so that the edits of a message go on after a restart.
import { z } from 'zod';
import type { Surface } from '../contracts/chat.ts';
import type { ReportMemory } from '../contracts/ports.ts';
import { type Fence, setFenced } from '../core/leader-lease.ts';
import type { Redis } from '../core/redis.ts';

const keepSeconds = 7 * 24 * 3_600;
const shownSchema = z.object({ message: z.string(), seq: z.number() });

export interface ReportMemoryOptions {
  readonly prefix: string;
  readonly surface: Surface;
  /** Under which every write stands, where only one process may write; one that was followed by another is then refused. */
  readonly fence?: () => Fence;
}

/** Creates the memory of one surface. Its `remember` throws FENCED where another process has taken over. */
export function createReportMemory(redis: Redis, options: ReportMemoryOptions): ReportMemory {
  const key = (about: string, place: string) =>
    `${options.prefix}:shown:${options.surface}:${about}:${place}`;
  return {
    recall: async (about, place) => {
      const text = await redis.get(key(about, place));
      return text === null ? null : shownSchema.parse(JSON.parse(text));
    },
    remember: async (about, place, shown) => {
      const write = { key: key(about, place), value: JSON.stringify(shown), seconds: keepSeconds };
      if (options.fence) await setFenced(redis, options.fence(), write);
      else await redis.set(write.key, write.value, 'EX', write.seconds);
    },
  };
}
