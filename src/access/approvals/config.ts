// Section `approvals` of the configuration: who hears that somebody's wish waits for a second person, and for how long.
import { z } from 'zod';
import type { Address } from '../../contracts/chat.ts';

const surfaceSchema = z.enum(['discord', 'twitch', 'console']);
const placeSchema = z
  .string()
  .regex(
    /^(discord|twitch|console):#?[^\s:#]+$/,
    'a surface, a colon and a place: discord:<channel id>, twitch:#channel or console:main',
  )
  .transform((text): Address => {
    const [surface = '', place = ''] = text.split(':');
    return { surface: surfaceSchema.parse(surface), place: place.replace('#', '') };
  });

export const approvalsConfigSchema = z.strictObject({
  /** Where requests for a second person are shown, besides the place where they were made. */
  places: z.preprocess(toList, z.array(placeSchema)).default([]),
  /** How long one waits for the second person once it can be seen, ms. */
  expireMs: z.number().int().min(1_000).max(86_400_000).default(900_000),
});

function toList(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
}
