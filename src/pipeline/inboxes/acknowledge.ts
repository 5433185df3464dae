// An agent's own word that it has a gas, whichever way it came. A word about a gas that is not its own, or that nobody knows,
// changes nothing.
import type { NoteAcknowledgement } from '../../contracts/ports.ts';
import type { Ledger } from '../ledger.ts';
import type { GasStore } from '../store.ts';

export interface AcknowledgeDeps {
  readonly store: Pick<GasStore, 'delivery'>;
  readonly ledger: Pick<Ledger, 'record'>;
}

export function makeAcknowledge({ store, ledger }: AcknowledgeDeps): NoteAcknowledgement {
  return async ({ agent, id, state }, detail) => {
    const delivery = (await store.delivery(id)).value;
    if (delivery?.gas.to !== agent) return 'unknown';
    // What it acknowledges was sent, though the worker may have been killed before it could say so.
    await ledger.record(id, { state: 'sent', detail });
    await ledger.record(id, { state, detail });
    return 'noted';
  };
}
