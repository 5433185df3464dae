// What is true of an order that nobody has begun: it asks the platform, as `result ID` does. It follows nothing.
import { z } from 'zod';
import { randomId } from '../../contracts/ids.ts';
import type { Client } from '../client.ts';

const dataSchema = z.object({ waits: z.string().nullable() });

/** Why it waits, in words for people; null where it was begun, or where that cannot be known. */
export async function whyNotBegun(client: Client, id: string): Promise<string | null> {
  const wish = { command: 'result', args: { id }, dryRun: false };
  const reply = await client.run(wish, randomId(), { isQuestion: true }).catch(() => null);
  const data = reply?.kind === 'answer' ? dataSchema.safeParse(reply.answer.data) : null;
  return data?.success === true ? data.data.waits : null;
}
