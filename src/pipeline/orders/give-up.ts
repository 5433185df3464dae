// Gives up gas for which a person is wanted, of whatever mission: nobody is to get it any more, and its alert ends.
import { type Checkpoint, stepMarks } from '../../contracts/agents.ts';
import { type Delivery, isTaken } from '../delivery.ts';
import { takeBack } from '../take-back.ts';
import type { OrderDeps } from './deps.ts';

/** The last step of what a person takes out. */
export function skippedBy(by: string, reason = ''): string {
  return `skipped by ${by}${reason === '' ? '' : `: ${reason}`}`;
}

export interface GivenUp {
  readonly agent: string;
  readonly checkpoint: Checkpoint;
  /** The id of one alone; absent: all. */
  readonly delivery?: string | undefined;
  /** The ids of those that were asked about; null: of none that are there; absent: whichever there are. */
  readonly wanted?: readonly string[] | null | undefined;
  /** Who did, and why. */
  readonly detail: string;
  /** When the order was given, ms since the epoch. */
  readonly at: number;
}

/**
 * The deliveries as they are afterwards; none where nobody was wanted. Those of the same order run before are told too, also
 * where nobody was wanted: it then took them from their way, and what else it is about is still to be taken.
 */
export async function giveUp(deps: OrderDeps, what: GivenUp): Promise<readonly Delivery[]> {
  const { store, agents } = deps;
  const { agent, checkpoint, detail } = what;
  // The same order run again finds no alert, and must not take the checkpoint of the present mission for what it meant.
  const moved = [...(await givenUpBefore(deps, what))];
  if (moved.length > 0 && !moved.some(wasWanted)) return moved;
  const alerts = await store.alerts();
  const { delivery, wanted } = what;
  const wanting = alerts
    .filter(({ from, checkpoint: of }) => from === agent && of === checkpoint)
    .filter(({ id }) => id === (delivery ?? id) && (wanted === undefined || wanted?.includes(id)));
  for (const { id, to } of wanting) {
    const held = (await store.delivery(id)).value;
    if (held === null) continue;
    // What failed was never there, and whoever left the configuration has no inbox.
    const mayLie = held.state !== 'failed' && agents.includes(to);
    moved.push(await takenOut(deps, held, { detail, mayLie }));
  }
  return moved;
}

/** Whether a person ever was. */
export function wasWanted({ steps }: Delivery): boolean {
  return steps.some(({ detail }) => detail.startsWith(stepMarks.wanted));
}

/** What is taken out, and whether a worker may have laid it down, be it one that died before it could say so. */
interface TakingOut {
  readonly detail: string;
  readonly mayLie: boolean;
}

/** As it is afterwards: nobody's, unless its receiver has it. @throws as `takeBack` and the ledger */
export async function takenOut(
  { store, inbox, ledger }: Pick<OrderDeps, 'store' | 'inbox' | 'ledger'>,
  held: Delivery,
  { detail, mayLie }: TakingOut,
): Promise<Delivery> {
  const { id } = held.gas;
  if (mayLie && !(await takeBack({ inbox, ledger }, held))) return (await store.delivery(id)).value ?? held;
  const next = await ledger.move(id, { state: 'suppressed', detail });
  // Acknowledged in between, by somebody who still wants to read it.
  if (mayLie && isTaken(next)) await inbox.deliver(next.gas);
  return next;
}

/** By the same order, in a run of its job before. @throws SwarmError REDIS_* */
export async function givenUpBefore(
  { store }: Pick<OrderDeps, 'store'>,
  what: GivenUp,
): Promise<readonly Delivery[]> {
  const { deliveries } = await store.recentDeliveries(Number.POSITIVE_INFINITY);
  return deliveries.filter((one) => {
    const { gas, state, since, steps } = one;
    return (
      gas.from === what.agent &&
      gas.checkpoint === what.checkpoint &&
      gas.id === (what.delivery ?? gas.id) &&
      isMeant(what, one) &&
      state === 'suppressed' &&
      since >= what.at &&
      steps.length > 1 &&
      steps.at(-1)?.detail === what.detail
    );
  });
}

function isMeant({ wanted }: Pick<GivenUp, 'wanted'>, one: Delivery): boolean {
  if (wanted === undefined || wanted === null) return wanted === undefined;
  return wanted.length === 0 ? !wasWanted(one) : wanted.includes(one.gas.id);
}
