// What each surface has shown of a report, in Redis, so that the edits of a message go on after a restart.
import { z } from 'zod';
import type { Surface } from '../contracts/chat.ts';
import type { ReportMemory } from '../contracts/ports.ts';
import type { Redis } from '../core/redis.ts';

const keepSeconds = 7 * 24 * 3_600;
const shownSchema = z.object({ message: z.string(), seq: z.number() });

/** Creates the memory of one surface. */
export function createReportMemory(
  redis: Redis,
  options: { readonly prefix: string; readonly surface: Surface },
): ReportMemory {
  const key = (about: string, place: string) =>
    `${options.prefix}:shown:${options.surface}:${about}:${place}`;
  return {
    recall: async (about, place) => {
      const text = await redis.get(key(about, place));
      return text === null ? null : shownSchema.parse(JSON.parse(text));
    },
    remember: async (about, place, shown) => {
      await redis.set(key(about, place), JSON.stringify(shown), 'EX', keepSeconds);
    },
  };
}
