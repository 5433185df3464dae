// Tells people what became of a delivery: the swarm of its gas, and whoever asked for it of what they asked for.
import type { DeliveryState, Gas } from '../contracts/agents.ts';
import type { Address, Report } from '../contracts/chat.ts';
import { derivedId } from '../contracts/ids.ts';
import type { JobSink } from '../contracts/ports.ts';
import { broadcastReport } from './broadcast-report.ts';
import type { Delivery } from './delivery.ts';
import { kindOf } from './gas.ts';
import { isSettled } from './owed.ts';
import { deliveryReport } from './report.ts';
import type { GasStore } from './store.ts';

export interface TellDeps {
  readonly store: GasStore;
  readonly jobs: JobSink;
  /** The words of a gas that came to nothing may be given again. Absent: nobody remembers them. */
  readonly forget?: ((gas: Gas) => Promise<void>) | undefined;
}

const cameToNothing: readonly DeliveryState[] = ['failed', 'rerouted', 'expired'];

export interface TellOptions {
  /** Who is told of each change of a delivery. */
  readonly reportTo: readonly Address[];
}

export function makeTell(
  { store, jobs, forget }: TellDeps,
  options: TellOptions,
): (delivery: Delivery) => Promise<void> {
  /** A closed delivery leaves the open set only after its last report is in the queue. */
  async function tell(delivery: Delivery): Promise<void> {
    // First, since whoever reads that it failed gives it again.
    if (cameToNothing.includes(delivery.state)) await forget?.(delivery.gas);
    for (const to of audienceOf(delivery, options.reportTo)) {
      await jobs.add(reportOrder(delivery, deliveryReport(delivery, to)));
    }
    await tellAsker(delivery);
    if (isSettled(delivery)) await store.close(delivery.gas.id, delivery.since);
  }

  async function tellAsker(delivery: Delivery): Promise<void> {
    const { asked, gas, state } = delivery;
    // That each of many is queued would be news to nobody; one says it for all.
    if (asked === null || (state === 'queued' && (asked.siblings[0] ?? gas.id) !== gas.id)) return;
    const report =
      asked.siblings.length === 0
        ? { ...deliveryReport(delivery, asked.to), about: asked.correlationId }
        : broadcastReport(
            (await store.deliveries(asked.siblings)).values.filter((sibling) => sibling !== null),
            asked,
          );
    await jobs.add(reportOrder(delivery, report));
  }

  return tell;
}

/** A message concerns whoever sent it; other gas concerns the swarm, also where a person had a hand in it. */
function audienceOf({ gas, asked }: Delivery, all: readonly Address[]): readonly Address[] {
  if (kindOf(gas) === 'person') return [];
  return all.filter(({ surface, place }) => asked?.to.surface !== surface || asked.to.place !== place);
}

function reportOrder({ gas }: Delivery, body: Report) {
  const { about, seq, to } = body;
  return {
    name: 'chat.report',
    id: derivedId('gas.report', about, String(seq), to.surface, to.place),
    correlationId: about,
    causationId: gas.id,
    principal: 'system:pipeline',
    body,
  } as const;
}
