// The section `gas` of the configuration: the words of a hand-over.
import { z } from 'zod';

export const gasConfigSchema = z.strictObject({
  /** Folder with 75.md, 90.md and 100.md, each instead of our own words; absent: our own. */
  templates: z.string().min(1).optional(),
  /** Longest text of a hand-over, bytes of UTF-8; beyond that it is shortened, lists first. */
  maxBytes: z.number().int().min(2_000).max(262_144).default(16_384),
  /** What a hand-over asks its receiver to show something within, minutes. */
  timeBoxMinutes: z.number().int().min(1).max(10_080).default(60),
  /** Whether gas goes out by how fast its agent has been: at 70 to 80, and 85 to 92 %. */
  adaptive: z.stringbool().or(z.boolean()).default(false),
  /** How long before the end of a mission its gas is then to be there, minutes. */
  leadMinutes: z.number().int().min(1).max(1_440).default(10),
});

export type GasOptions = z.infer<typeof gasConfigSchema>;
