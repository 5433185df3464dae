// Which gas a dead letter was to deliver. Pure; what became of that delivery the ledger knows.
import { z } from 'zod';
import { jobCatalogue } from '../../contracts/jobs.ts';
import type { DeadLetter } from '../../contracts/queues.ts';

const delivering = z.looseObject({ body: jobCatalogue['gas.deliver'].body });

/** The id of its delivery; null for a letter of another job, and for one that cannot be read. */
export function deliveredBy({ name, data }: Pick<DeadLetter, 'name' | 'data'>): string | null {
  if (name !== 'gas.deliver') return null;
  return delivering.safeParse(data).data?.body.gas.id ?? null;
}
