// Saving by compare-and-set: whoever loses the race reads again and decides again.
import { domainErrors } from '../contracts/errors.ts';
import { SwarmError } from '../core/errors.ts';

/** Runs a read-decide-save round again while somebody else saves in between (null). @throws SwarmError STORE_CONFLICT */
export async function untilSaved<T>(what: string, round: () => Promise<T | null>): Promise<T> {
  // each conflict means that another writer got on, so a few rounds do unless something is badly wrong
  for (let i = 0; i < 50; i += 1) {
    const saved = await round();
    if (saved !== null) return saved;
  }
  throw new SwarmError(domainErrors.storeConflict, `${what} kept changing while it was being saved`);
}
