// Tells people what became of a delivery: the swarm of its gas, and whoever asked for it of what they asked for.
import type { DeliveryState, Gas } from '../contracts/agents.ts';
import type { Address, Report } from '../contracts/chat.ts';
import { derivedId } from '../contracts/ids.ts';
import { jobCatalogue } from '../contracts/jobs.ts';
import type { JobSink } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { broadcastReport } from './broadcast-report.ts';
import { type Delivery, isClosed } from './delivery.ts';
import { kindOf } from './gas.ts';
import { isSettled } from './owed.ts';
import { deliveryReport, newsOf } from './report.ts';
import type { GasStore } from './store.ts';

export interface TellDeps {
  readonly store: GasStore;
  readonly jobs: JobSink;
  readonly clock: Clock;
  /** The words of a gas that came to nothing may be given again. Absent: nobody remembers them. */
  readonly forget?: ((gas: Gas) => Promise<void>) | undefined;
}

const cameToNothing: readonly DeliveryState[] = ['failed', 'rerouted', 'expired'];

export interface TellOptions {
  /** Who is told of each change of a delivery. */
  readonly reportTo: readonly Address[];
}

export interface Telling {
  /** Tells its present state; the same state told again is the same report. */
  tell(delivery: Delivery): Promise<void>;
  /** As `tell`, unless this process has told that state: whoever stored it may have died before it told anybody. */
  tellUntold(delivery: Delivery): Promise<void>;
}

/** So many are remembered as told; one that is forgotten is told once more. */
const mostTold = 10_000;

export function createTelling({ store, jobs, clock, forget }: TellDeps, options: TellOptions): Telling {
  /** The number of the last step that this process told, by the id of the gas. */
  const told = new Map<string, number>();

  /** A closed delivery leaves the open set only after its last report is in the queue. */
  async function tell(delivery: Delivery): Promise<void> {
    // First, since whoever reads that it failed gives it again.
    if (cameToNothing.includes(delivery.state)) await forget?.(delivery.gas);
    for (const to of audienceOf(delivery, options.reportTo)) {
      await jobs.add(reportOrder(delivery, deliveryReport(delivery, to)));
    }
    await tellAsker(delivery);
    note(delivery);
    if (isSettled(delivery)) await store.close(delivery.gas.id, delivery.since);
  }

  function note(delivery: Delivery): void {
    const { id } = delivery.gas;
    told.delete(id);
    if (!isClosed(delivery.state)) told.set(id, newsOf(delivery));
    const [oldest] = told.size > mostTold ? told.keys() : [];
    if (oldest !== undefined) told.delete(oldest);
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

  return {
    tell,
    tellUntold: async (delivery) => {
      const news = newsOf(delivery);
      const at = delivery.steps[news - 1]?.at ?? delivery.since;
      // What a surface has shown is known for longer than that, so nobody is shown it twice.
      if (clock.now() - at > jobCatalogue['chat.report'].usefulMs) return;
      if (told.get(delivery.gas.id) !== news) await tell(delivery);
    },
  };
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
