// A receiver that cannot or does not take its gas: it is taken back and given to whoever stands in, or gives way to what came
// behind it, or a person is told. And the way back: a receiver that takes it after all. Each step may run again after a crash
// at any line.
import type { AgentInbox, DeliveryLedger } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { type Delivery, deliveryTable, newDelivery } from './delivery.ts';
import { toRerouted } from './gas.ts';
import { createGivingWay, type Give } from './give-way.ts';
import { lookAtReceivers } from './receivers.ts';
import { type FitnessRules, firstFit } from './routing.ts';
import type { GasStore } from './store.ts';
import { mayLieThere, takeBack, withdrawn } from './take-back.ts';

export interface EscalateDeps {
  readonly store: GasStore;
  readonly inbox: Pick<AgentInbox, 'deliver' | 'withdraw'>;
  readonly clock: Clock;
  readonly ledger: EscalationLedger;
}

/** What it does to deliveries; the ledger has it. */
export interface EscalationLedger {
  record(...what: Parameters<DeliveryLedger['record']>): Promise<Delivery>;
  move(id: string, word: MoveWord, beside?: readonly Delivery[]): Promise<Delivery>;
  once(delivery: Delivery): Promise<void>;
  alarm(id: string, why: string, paused?: readonly string[]): Promise<Delivery>;
  passOver(id: string, detail: string): Promise<Delivery>;
}

/** A word on a delivery that is not its receiver's. */
export interface MoveWord {
  readonly state: 'pending' | 'suppressed' | 'rerouted';
  readonly detail: string;
  readonly replacedBy?: string;
}

export interface Escalation {
  /** @throws SwarmError STORE_CONFLICT, REDIS_*, QUEUE_UNAVAILABLE */
  escalate(delivery: Delivery, why: string): Promise<void>;
  /** As GivingWay. @throws as above, and what an inbox throws */
  passOn(open: readonly Delivery[]): Promise<void>;
  /** Takes back what stands for a delivery that was taken after all, unless that was taken too. @throws as above, and what its inbox throws */
  recall(delivery: Delivery): Promise<void>;
}

export function createEscalation(
  { store, inbox, clock, ledger }: EscalateDeps,
  rules: FitnessRules,
): Escalation {
  const give = makeGive({ inbox, ledger });
  const { giveWay, passOn } = createGivingWay({ store, clock, give, ledger });

  async function escalate(delivery: Delivery, why: string): Promise<void> {
    const unfit = await lookAtReceivers(
      { store, clock },
      // One that stands in alone is looked at too: behind it there is a person.
      delivery.fallbacks.length === 0 ? [] : [delivery.gas.to, ...delivery.fallbacks],
      rules,
    );
    const { to, passed, rest } = firstFit(delivery.fallbacks, unfit);
    const reason = [why, ...passed].join('; ');
    if (to !== null) {
      const gas = toRerouted(delivery.gas, { to, createdAt: clock.now() });
      const next = newDelivery(gas, `taken from ${delivery.gas.to}: ${reason}`, {
        fallbacks: rest,
        meant: delivery.meant ?? delivery.gas.to,
      });
      return give(delivery, next, `given to ${to}: ${reason}`);
    }
    const { isGiven, paused } = await giveWay(delivery, reason);
    if (!isGiven) await ledger.alarm(delivery.gas.id, reason, paused);
  }

  async function recall({ gas }: Pick<Delivery, 'gas'>, replacedBy: string | null): Promise<void> {
    const next = replacedBy === null ? null : (await store.delivery(replacedBy)).value;
    if (next === null) return;
    if (next.state === 'rerouted') return recall({ gas }, next.replacedBy);
    if (!deliveryTable[next.state].includes('rerouted') || !(await takeBack({ inbox, ledger }, next))) return;
    const detail =
      next.gas.from === gas.from
        ? `${gas.to} took it after all, so ${next.gas.to} is not to`
        : `${gas.to} took that of ${gas.from} after all, so that of ${next.gas.from} does not go`;
    await ledger.move(next.gas.id, { state: 'rerouted', detail });
    await withdrawn(inbox, next);
  }

  return {
    escalate: escalating(escalate, ledger),
    passOn,
    recall: (taken) => recall(taken, taken.replacedBy),
  };
}

/** One delivery goes where another does not, unless that is taken meanwhile, or given to somebody else. */
function makeGive({ inbox, ledger }: Pick<EscalateDeps, 'inbox' | 'ledger'>): Give {
  return async (old, next, detail) => {
    if (!(await takeBack({ inbox, ledger }, old))) return;
    const { id } = next.gas;
    const word = { state: 'rerouted', detail, replacedBy: id } as const;
    const { state, replacedBy } = await ledger.move(old.gas.id, word, [next]);
    if (state === 'rerouted') {
      // A worker that was laying it down at that moment may have done so since.
      await withdrawn(inbox, old);
      if (replacedBy === id) await ledger.once(next);
    } else if (state === 'accepted' || state === 'working') {
      // Acknowledged in between, by somebody who still wants to read it.
      await inbox.deliver(old.gas);
    }
  };
}

/**
 * Somebody may be named who is configured no more, and an inbox may be gone with what lies in it: then nobody stands in, and a
 * person is told.
 */
function escalating(
  escalate: Escalation['escalate'],
  ledger: Pick<EscalationLedger, 'alarm'>,
): Escalation['escalate'] {
  return async (delivery, why) => {
    try {
      await escalate(delivery, why);
    } catch (thrown) {
      if (!mayLieThere(thrown)) throw thrown;
      await ledger.alarm(delivery.gas.id, `${why}; ${thrown.message}`);
    }
  };
}
