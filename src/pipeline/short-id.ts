// A delivery as an agent or a person names it: by its id, or by the beginning of it that `gas status` and `agent` show.
import { domainErrors } from '../contracts/errors.ts';
import { SwarmError } from '../core/errors.ts';
import type { GasStore } from './store.ts';

/** A shorter beginning may mean another delivery tomorrow. */
const shortest = 6;
/** Of an id that is whole; it is looked for nowhere else. */
const whole = 20;

/**
 * Resolves to the whole id; to what was given where no delivery begins like it.
 * @throws SwarmError DELIVERY_UNKNOWN when several do, RECORD_UNREADABLE, REDIS_*
 */
export function makeWholeId(
  store: Pick<GasStore, 'delivery' | 'recentDeliveries'>,
): (given: string) => Promise<string> {
  return async (given) => {
    if (given.length < shortest || given.length >= whole) return given;
    if ((await store.delivery(given)).value !== null) return given;
    const { deliveries } = await store.recentDeliveries(Number.POSITIVE_INFINITY);
    const ids = deliveries.map(({ gas }) => gas.id).filter((id) => id.startsWith(given));
    if (ids.length > 1) {
      const said = `${given} is the beginning of ${ids.length} deliveries; write more of it`;
      throw new SwarmError(domainErrors.deliveryUnknown, said);
    }
    return ids[0] ?? given;
  };
}
