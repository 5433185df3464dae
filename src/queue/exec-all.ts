// A transaction resolves though commands in it were refused; here it rejects with the first refusal.
import type { Redis } from '../core/redis.ts';

/** @throws what Redis answered to the first command that it refused, or to the whole */
export async function execAll(transaction: ReturnType<Redis['multi']>): Promise<void> {
  const answers = await transaction.exec();
  const refusal = answers?.find(([error]) => error !== null)?.[0];
  if (refusal) throw refusal;
}
