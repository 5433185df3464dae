// A reply as it is kept for the next time that the same use arrives, and which replies are kept at all. Pure.
import { z } from 'zod';
import type { Reply } from './reply.ts';
import { refusalCodes } from './reply.ts';

/** Longer ones are made anew. */
const mostCharacters = 65_536;

const tone = z.enum(['ok', 'info', 'warn', 'bad']);
const answerSchema = z.object({
  title: z.string(),
  tone,
  rows: z.array(z.object({ label: z.string(), value: z.string(), ageMs: z.number().nullable(), tone })),
  note: z.string().exactOptional(),
  data: z.unknown(),
});
const keptSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('answer'), answer: answerSchema }),
  z.object({ kind: z.literal('refusal'), code: z.enum(refusalCodes), text: z.string() }),
  z.object({ kind: z.literal('accepted'), correlationId: z.string(), text: z.string() }),
  z.object({ kind: z.literal('dropped'), text: z.string() }),
]);

/**
 * Whether it is the last word on its use. What waits for a decision is looked up each time, in its present state; what
 * could not be taken may be tried again.
 */
export function keepable(reply: Reply): boolean {
  if (reply.kind === 'refusal') return reply.code === 'denied' || reply.code === 'bad-argument';
  return reply.kind === 'answer' || reply.kind === 'accepted' || reply.kind === 'dropped';
}

/** Null when it is too long to be kept. */
export function keptText(reply: Reply): string | null {
  const text = JSON.stringify(reply);
  return text.length > mostCharacters ? null : text;
}

/** Null for what another version has kept. */
export function keptReply(text: string): Reply | null {
  const parsed = z.string().transform(fromJson).pipe(keptSchema).safeParse(text);
  return parsed.success ? parsed.data : null;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
