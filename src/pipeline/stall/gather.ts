// Gathers what is known of all agents for one look: their runs, their deliveries, their files, and each other. It stores
// and sends nothing.
import { type Delivery, isLaid } from '../delivery.ts';
import { newRun, type Run } from '../run.ts';
import type { GasStore } from '../store.ts';
import type { StallOptions } from './config.ts';
import { type Evidence, type LookForEvidence, noEvidence, type Watchable } from './evidence.ts';
import { type Facts, factsOf, nothingReceived, type Received, receivedBy } from './facts.ts';
import { isAlive } from './judge.ts';
import { excuseOf } from './quiet.ts';
import { newWatch, type TakeOver, type Watch } from './record.ts';
import type { WatchStore } from './store.ts';
import { type Candidate, takeOversOf } from './take-over.ts';

export interface GatherDeps {
  readonly store: Pick<GasStore, 'runs' | 'recentDeliveries'>;
  readonly watches: Pick<WatchStore, 'many'>;
  readonly evidence: LookForEvidence;
}

export interface GatherOptions {
  readonly agents: readonly Watchable[];
  /** Those to whom nothing can be given; default none. */
  readonly inboxless?: readonly string[];
  readonly stall: StallOptions;
}

/** The facts of one agent at one look. */
export interface Look {
  readonly agent: string;
  readonly facts: Omit<Facts, 'takeOvers'>;
  /** As Facts, beside what others give at the same look. */
  readonly takeOvers: (given: readonly TakeOver[]) => Facts['takeOvers'];
  /** What was remembered of it when it was looked at; null: nothing yet, or nobody can read it. */
  readonly known: Watch | null;
}

/** Files of so many agents are looked at together. */
const atOnce = 32;

/** One look at all of them. @throws SwarmError REDIS_* */
export async function gather(
  { store, watches, evidence: look }: GatherDeps,
  { agents, inboxless = [], stall }: GatherOptions,
  now: number,
): Promise<readonly Look[]> {
  const ids = agents.map(({ id }) => id);
  const [{ values: runs }, known] = await Promise.all([store.runs(ids), watches.many(ids)]);
  const deliveries = await deliveriesOf(store);
  const received = receivedBy(deliveries);
  const evidence = await inBatches(agents, (agent) => look(agent, now));
  const lone = ids.map((agent, i) =>
    alone(
      {
        run: runs[i] ?? newRun(agent),
        known: known[i] ?? null,
        watch: known[i] ?? newWatch(agent, now, stall.bootGraceMs),
        evidence: evidence[i] ?? noEvidence,
        received: received.get(agent) ?? nothingReceived,
        hasInbox: !inboxless.includes(agent),
      },
      now,
      stall,
    ),
  );
  return beside(lone, deliveries);
}

interface Known {
  readonly run: Run;
  readonly known: Watch | null;
  readonly watch: Watch;
  readonly evidence: Evidence;
  readonly received: Received;
  readonly hasInbox: boolean;
}

interface Lone extends Omit<Look, 'takeOvers' | 'facts'> {
  readonly facts: Facts;
  readonly waits: readonly string[];
  readonly open: number;
  /** By its own signs, whomever it waits for. */
  readonly isAlive: boolean;
}

function alone(
  { run, known, watch, evidence, received, hasInbox }: Known,
  now: number,
  stall: StallOptions,
): Lone {
  const facts = factsOf({ run, evidence, received, hasInbox });
  return {
    ...{ agent: run.agent, facts, known, waits: evidence.waits, open: received.open },
    isAlive: isAlive(watch, facts, now, stall),
  };
}

/** What needs a look at the others: whom one waits for, and who could take over from it. */
function beside(all: readonly Lone[], deliveries: readonly Delivery[]): Look[] {
  const alive = new Set(all.filter(({ isAlive }) => isAlive).map(({ agent }) => agent));
  const waits = new Map(all.map((one) => [one.agent, one.waits]));
  const candidates: Candidate[] = all.map(({ agent, facts, open, isAlive }) => ({
    agent,
    isFit: isAlive && facts.hasInbox && !facts.isPaused,
    open,
  }));
  const laid = laidAt(deliveries);
  return all.map(({ agent, facts, known }) => ({
    agent,
    known,
    facts: { ...facts, waitsFor: excuseOf(agent, waits, (other) => alive.has(other)) },
    takeOvers: (given) =>
      takeOversOf(agent, { deliveries: laid.get(agent) ?? [], candidates, meant: meantBy(known), given }),
  }));
}

/** What lies unaccepted, by its receiver, so that each agent's look goes through its own alone. */
function laidAt(deliveries: readonly Delivery[]): ReadonlyMap<string, readonly Delivery[]> {
  const laid = new Map<string, Delivery[]>();
  for (const delivery of deliveries.filter(isLaid)) {
    const { to } = delivery.gas;
    laid.set(to, [...(laid.get(to) ?? []), delivery]);
  }
  return laid;
}

/** What was offered of its gas, or is owed of it: it stays with whom it was meant for. */
export function meantBy(known: Watch | null): readonly TakeOver[] {
  const owed = (known?.owed ?? []).flatMap((effect) => (effect.kind === 'reassign' ? [effect.takeOver] : []));
  return [...(known?.proposals ?? []), ...owed];
}

/** All that are kept, oldest first: whoever acknowledges an old piece is as alive as whoever acknowledges a new one. */
async function deliveriesOf(store: GatherDeps['store']): Promise<readonly Delivery[]> {
  const { deliveries } = await store.recentDeliveries(Number.POSITIVE_INFINITY);
  return deliveries.toReversed();
}

async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += atOnce) {
    results.push(...(await Promise.all(items.slice(i, i + atOnce).map(work))));
  }
  return results;
}
