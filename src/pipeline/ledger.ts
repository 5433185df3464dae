// The record of deliveries: takes what happened, stores the machine's answer, then does what it asks for.
// Stored first, done after: what a crash leaves undone is found in the open set and done again by `settle`.
import type { DeliveryView } from '../contracts/agents.ts';
import type { Address } from '../contracts/chat.ts';
import { domainErrors } from '../contracts/errors.ts';
import { derivedId } from '../contracts/ids.ts';
import type { Meter } from '../contracts/metrics.ts';
import type { DeliveryLedger, JobSink } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { SwarmError } from '../core/errors.ts';
import { type DeliveryEvent, isClosed, isTooEarly, transitionDelivery } from './delivery.ts';
import { deliveryReport } from './report.ts';
import type { GasStore } from './store.ts';

export interface LedgerDeps {
  readonly store: GasStore;
  readonly jobs: JobSink;
  readonly clock: Clock;
  readonly meter?: Meter | undefined;
}

export interface LedgerOptions {
  /** Who is told of each change of a delivery. */
  readonly reportTo: readonly Address[];
  /** A delivery without an acknowledgement expires after this, ms. */
  readonly ackTimeoutMs: number;
}

export interface Ledger extends DeliveryLedger {
  /** Puts a stored, still pending delivery into the queue. */
  dispatch(delivery: DeliveryView): Promise<void>;
  /** Does what is still owed to a delivery of the open set: expire, enqueue (again), or tell and close. */
  settle(delivery: DeliveryView): Promise<void>;
}

/** A job that stays `queued` this long is taken for lost. */
const requeueAfterMs = 120_000;

export function createLedger({ store, jobs, clock, meter }: LedgerDeps, options: LedgerOptions): Ledger {
  async function apply(id: string, what: Omit<DeliveryEvent, 'at'>): Promise<DeliveryView> {
    const { delivery, effects } = await untilSaved(`delivery ${id}`, async () => {
      const held = await store.delivery(id);
      if (held.value === null) throw new SwarmError(domainErrors.deliveryUnknown, `no delivery ${id}`);
      const { state } = held.value;
      if (isTooEarly(state, what.state)) {
        throw new SwarmError(domainErrors.deliveryNotSent, `delivery ${id} is only ${state}`);
      }
      const step = transitionDelivery(held.value, { ...what, at: clock.now() });
      if (step.effects.length === 0) return step;
      return (await store.saveDelivery(held, step.delivery)) ? step : null;
    });
    if (effects.length > 0) count(meter, delivery);
    if (effects.includes('report')) await tell(delivery);
    return delivery;
  }

  /** A closed delivery leaves the open set only after its last report is in the queue. */
  async function tell(delivery: DeliveryView): Promise<void> {
    for (const to of options.reportTo) await jobs.add(reportOrder(delivery, to));
    if (isClosed(delivery.state)) await store.close(delivery.gas.id, delivery.since);
  }

  async function dispatch(delivery: DeliveryView): Promise<void> {
    const { id } = delivery.gas;
    try {
      const kept = await jobs.add(deliverOrder(delivery, 0));
      if (kept.kept === 'queue') await apply(id, { state: 'queued', detail: '' });
      if (kept.kept === 'copy')
        await apply(id, { state: 'failed', detail: `a copy of ${kept.of}, not sent` });
      // On disk it is not queued; whoever settles what is pending finds it in the queue later, or puts it there.
    } catch (thrown) {
      if (!(thrown instanceof SwarmError) || thrown.kind !== domainErrors.agentUnknown) throw thrown;
      await apply(id, { state: 'failed', detail: `there is no ${delivery.gas.to}` });
    }
  }

  async function settle(delivery: DeliveryView): Promise<void> {
    if (isClosed(delivery.state)) return tell(delivery);
    const now = clock.now();
    if (now - delivery.gas.createdAt >= options.ackTimeoutMs) {
      const did = delivery.state === 'sent' ? 'acknowledged' : 'sent';
      const detail = `not ${did} within ${Math.round(options.ackTimeoutMs / 1_000)} s`;
      await apply(delivery.gas.id, { state: 'expired', detail });
    } else if (delivery.state === 'pending') {
      await dispatch(delivery);
    } else if (delivery.state === 'queued' && now - delivery.since >= requeueAfterMs) {
      await jobs.add(deliverOrder(delivery, retryNumber(now - delivery.since)));
    }
  }

  return {
    state: async (id) => (await store.delivery(id)).value?.state ?? null,
    record: apply,
    dispatch,
    settle,
  };
}

/** Runs a read-decide-save round again while somebody else saves in between (null). @throws SwarmError STORE_CONFLICT */
export async function untilSaved<T>(what: string, round: () => Promise<T | null>): Promise<T> {
  // each conflict means that another writer got on, so a few rounds do unless something is badly wrong
  for (let i = 0; i < 50; i += 1) {
    const saved = await round();
    if (saved !== null) return saved;
  }
  throw new SwarmError(domainErrors.storeConflict, `${what} kept changing while it was being saved`);
}

/** 1, 2, 3… at 2, 4, 8… minutes: the sweep of every minute adds few jobs, each with an id of its own. */
function retryNumber(waitedMs: number): number {
  return 1 + Math.floor(Math.log2(waitedMs / requeueAfterMs));
}

function count(meter: Meter | undefined, { gas, state }: DeliveryView): void {
  meter?.count('gas_deliveries_total', { checkpoint: String(gas.checkpoint ?? 'scheduled'), state });
}

/** A repeated job does no harm: the inbox is idempotent by gas id. */
function deliverOrder({ gas }: DeliveryView, retry: number) {
  return {
    name: 'gas.deliver',
    id: derivedId('gas.deliver', gas.id, String(retry)),
    correlationId: gas.id,
    causationId: null,
    principal: 'system:pipeline',
    body: { gas },
  } as const;
}

function reportOrder(delivery: DeliveryView, to: Address) {
  const { gas, state } = delivery;
  return {
    name: 'chat.report',
    id: derivedId('gas.report', gas.id, state, to.surface, to.place),
    correlationId: gas.id,
    causationId: gas.id,
    principal: 'system:pipeline',
    body: deliveryReport(delivery, to),
  } as const;
}
