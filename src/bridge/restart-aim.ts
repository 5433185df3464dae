// Which instance a restart order is for, and what runs there before it. It sends and remembers nothing.
import type { RestartOrder, ServiceView } from '../contracts/services.ts';
import type { RestartRecord } from './restart-record.ts';
import type { Targets } from './targets.ts';

export interface AimDeps {
  /** What ran before the order. */
  readonly services: { word(name: string): Promise<Pick<ServiceView, 'state' | 'incarnation'> | null> };
  /** Which instance it is for, where there are several. */
  readonly targets: Pick<Targets, 'living' | 'pick'>;
}

/** What an order is aimed by. */
export interface Looked {
  readonly living: ReturnType<Targets['living']>;
  readonly known: Promise<string | null>;
}

/** Begins to read; whoever awaits it hears what was thrown. */
export function lookAt(deps: AimDeps, service: string): Looked {
  const living = deps.targets.living(service);
  const known = knownIncarnation(deps, service);
  for (const reading of [living, known]) reading.catch(() => undefined);
  return { living, known };
}

/** Null: the instance that was asked for is not there. @throws SwarmError REDIS_* */
export async function aim(
  deps: AimDeps,
  order: RestartOrder,
  { living, known: knowing }: Looked = lookAt(deps, order.service),
): Promise<Pick<RestartRecord, 'known' | 'target'> | null> {
  const [pick, known] = await Promise.all([deps.targets.pick(order, living), knowing]);
  return pick === 'absent' ? null : (pick ?? { known, target: null });
}

async function knownIncarnation({ services }: AimDeps, service: string): Promise<string | null> {
  const word = await services.word(service);
  // While it starts, what is known is already the new one, of a restart that this order then joins.
  return word?.state === 'ready' ? word.incarnation : null;
}
