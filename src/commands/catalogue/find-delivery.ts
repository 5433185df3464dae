// A delivery as a person names it: by its id, or by the beginning of it that the answers show.
import type { DeliveryView } from '../../contracts/agents.ts';
import type { ArgSpec } from '../spec.ts';

/** A shorter beginning of an id may mean another delivery tomorrow. */
const shortest = 6;
/** So much of the id of a delivery tells it from the others. */
export const shortDeliveryId = 8;

/** So many are looked through: what lies open may be older than any number of others. */
export const allKept = Number.POSITIVE_INFINITY;

/** The argument itself. @param offers which deliveries completion shows, of the newest `searched` */
export function deliveryArg(
  offers: (state: DeliveryView['state']) => boolean,
  searched: number = allKept,
): ArgSpec {
  return {
    name: 'delivery',
    description: 'Its id, as `gas status` shows it',
    required: true,
    candidates: async ({ agents }) => {
      const { deliveries } = await agents.deliveries(searched);
      return deliveries
        .filter(({ state }) => offers(state))
        .map(({ gas }) => gas.id.slice(0, shortDeliveryId));
    },
    exact: async (typed, { agents }) => {
      const found = findDelivery(typed, (await agents.deliveries(allKept)).deliveries);
      return typeof found === 'string' ? typed : found.gas.id;
    },
  };
}

/** By its id or the beginning of it; a text says why none was found. @param deliveries all that are kept */
export function findDelivery(id: string, deliveries: readonly DeliveryView[]): DeliveryView | string {
  const found = deliveries.filter(
    ({ gas }) => gas.id === id || (id.length >= shortest && gas.id.startsWith(id)),
  );
  const [first] = found;
  if (first && found.length === 1) return first;
  const shown = `\`${id.slice(0, 64)}\``;
  if (first) return `${shown} is the beginning of ${found.length} deliveries; write more of it.`;
  return `No delivery that is kept is called ${shown}. \`gas status\` shows the newest.`;
}
