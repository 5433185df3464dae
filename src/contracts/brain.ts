// Words about the brain: what agents have learned, for those who come after them.
import { z } from 'zod';

/** Longest learning, characters. */
export const learningLimit = 2_000;

export const tagSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'lower-case letters, digits and -');

/** A piece of what somebody has learned. */
export const learningSchema = z.object({
  id: z.string().min(1).max(80),
  /** An agent, or `person:<name>`. */
  author: z.string().min(1).max(100),
  /** What it was at work on; empty where that is not known. */
  mission: z.string().max(200),
  tags: z.array(tagSchema).max(10),
  text: z.string().min(1).max(learningLimit),
  /** ms since the epoch. */
  at: z.number().int().nonnegative(),
});
export type Learning = z.infer<typeof learningSchema>;

/** One learning that fits a search; a higher score fits better. */
export interface Hit extends Learning {
  readonly score: number;
}

/** `refused`: it holds a secret, or is not what a learning is; nothing was kept. */
export type NoteOutcome =
  | { readonly kind: 'kept'; readonly id: string }
  | { readonly kind: 'known'; readonly id: string }
  | { readonly kind: 'refused'; readonly reason: string };

/** The shared memory of the swarm. */
export interface Brain {
  /** The best `limit`, best first; every word of `text` may be misspelt. @throws SwarmError REDIS_* */
  search(text: string, limit: number): Promise<readonly Hit[]>;
  /** The same `id` again changes nothing. @throws SwarmError REDIS_* */
  note(learning: Learning): Promise<NoteOutcome>;
}
