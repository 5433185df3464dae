// Does what is owed to a delivery, as owed.ts says; each is safe to do again.
import { holdersOf } from '../contracts/agents.ts';
import type { JobLook, JobSink } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import type { Changes } from './changes.ts';
import {
  type Delivery,
  type DeliveryStep,
  isLaid,
  isTaken,
  transitionAlert,
  transitionHolders,
  transitionRetry,
} from './delivery.ts';
import { dispatched, layAgain, requeue } from './dispatch.ts';
import { type OwedRules, owedTo } from './owed.ts';
import type { Known } from './records.ts';
import { pauseOf } from './run.ts';
import type { GasStore } from './store.ts';

export interface SettlingDeps {
  readonly store: GasStore;
  readonly jobs: JobSink;
  readonly clock: Clock;
  /** Whether a job is still there; absent: what stays `queued` too long is taken for lost. */
  readonly look?: JobLook | undefined;
}

/** The ways to change a delivery and to tell of it. */
export interface SettlingWays extends Changes {
  readonly tell: (delivery: Delivery) => Promise<void>;
  readonly tellUntold: (delivery: Delivery) => Promise<void>;
  readonly follow: (delivery: Delivery, effects: DeliveryStep['effects']) => Promise<void>;
  readonly escalate: (delivery: Delivery, why: string) => Promise<void>;
}

export interface Settling {
  /** Begins a delivery that was just stored: into the queue, or told where it is held or was taken out. */
  begin(delivery: Delivery): Promise<void>;
  /** Does what is still owed to a delivery of the open set. */
  settle(delivery: Delivery): Promise<void>;
}

export function createSettling(deps: SettlingDeps, rules: OwedRules, ways: SettlingWays): Settling {
  const { store, jobs, clock, look } = deps;
  const { change, apply, tell, tellUntold, follow, escalate } = ways;

  async function dispatch(delivery: Delivery, known: Known<Delivery> | null = null): Promise<void> {
    const event = await dispatched(jobs, delivery);
    if (event) await apply(delivery.gas.id, event, [], known);
  }

  /** What was just stored is not read again, unless it has changed meanwhile. */
  async function begin(delivery: Delivery): Promise<void> {
    const known = store.knownDelivery(delivery.gas.id);
    await dispatch(delivery, known?.value === delivery ? known : null);
  }

  /** What is held waits for the word on each that holds it, which may have come in another process. */
  async function letGo(held: Delivery): Promise<void> {
    const holders = holdersOf(held);
    const runs = await Promise.all(holders.map((agent) => store.run(agent)));
    const still = holders.filter((_, at) => {
      const run = runs[at]?.value ?? null;
      return run !== null && pauseOf(run) !== null;
    });
    if (still.length > 0) {
      return tellUntold(await change(held.gas.id, (now) => transitionHolders(now, still, clock.now())));
    }
    const delivery = await apply(held.gas.id, { state: 'pending', detail: 'let go' });
    if (delivery.state === 'pending') await dispatch(delivery);
  }

  async function retry({ gas }: Delivery, detail: string): Promise<void> {
    const delivery = await change(gas.id, (held) => transitionRetry(held, clock.now(), detail));
    if (isLaid(delivery)) await layAgain(jobs, delivery);
  }

  async function call({ gas }: Delivery, why: string): Promise<void> {
    await change(gas.id, (held) => transitionAlert(held, { at: clock.now(), why }));
  }

  async function settle(delivery: Delivery): Promise<void> {
    const owed = owedTo(delivery, clock.now(), rules);
    switch (owed.do) {
      case 'nothing':
        return tellUntold(delivery);
      case 'let-go':
        return letGo(delivery);
      case 'dispatch':
        return dispatch(delivery);
      case 'requeue':
        return requeue({ jobs, look }, delivery, owed.retry);
      case 'retry':
        return retry(delivery, owed.detail);
      case 'expire':
        await apply(delivery.gas.id, { state: 'expired', detail: owed.detail });
        return;
      case 'escalate':
        return escalate(delivery, owed.why);
      case 'call':
        return call(delivery, owed.why);
      case 'close': {
        const isRecalling = isTaken(delivery) && delivery.replacedBy !== null;
        return follow(delivery, isRecalling ? ['report', 'recall'] : ['report']);
      }
    }
  }

  return {
    begin: (delivery) => (delivery.state === 'pending' ? begin(delivery) : tell(delivery)),
    settle,
  };
}
