// What the orders of people share: where things are kept, who is known, and the one way to change a run by hand.

import type { Brain } from '../../contracts/brain.ts';
import type { Address } from '../../contracts/chat.ts';
import { domainErrors } from '../../contracts/errors.ts';
import type { AgentInbox } from '../../contracts/ports.ts';
import type { SwarmOrder, SwarmOutcome } from '../../contracts/swarm-orders.ts';
import type { Clock } from '../../core/clock.ts';
import { SwarmError } from '../../core/errors.ts';
import type { Boards } from '../board/boards.ts';
import type { Chain } from '../chain.ts';
import type { Delivery } from '../delivery.ts';
import type { FreeJoins } from '../free-joins.ts';
import { type HandEvent, type HandStep, transitionByHand } from '../hand.ts';
import type { Ledger } from '../ledger.ts';
import type { Questions } from '../questions.ts';
import type { Asked } from '../records.ts';
import { newRun, type Run } from '../run.ts';
import type { Beside, GasStore } from '../store.ts';
import { untilSaved } from '../until-saved.ts';

export interface OrderDeps {
  readonly store: GasStore;
  readonly ledger: Ledger;
  readonly inbox: AgentInbox;
  readonly brain: Pick<Brain, 'note'>;
  readonly questions: Questions;
  readonly boards: Pick<Boards, 'show' | 'stop'>;
  readonly clock: Clock;
  readonly agents: readonly string[];
  /** Those to whom nothing can be given. */
  readonly inboxless: readonly string[];
  readonly chain: () => Chain;
  /** Longest text of a hand-over, bytes. */
  readonly maxBytes: number;
  /** Lets go what waits in joins for nobody any more. */
  readonly freeJoins: FreeJoins;
}

export const delivering: SwarmOutcome = { kind: 'delivering' };

export function done(text: string): SwarmOutcome {
  return { kind: 'done', text };
}

export function refused(reason: string): SwarmOutcome {
  return { kind: 'refused', reason };
}

/** Those that an order is about; null is all. @throws SwarmError AGENT_UNKNOWN */
export function chosen({ agents }: Pick<OrderDeps, 'agents'>, agent: string | null): readonly string[] {
  if (agent === null) return agents;
  if (agents.includes(agent)) return [agent];
  const configured = agents.join(', ') || 'none';
  throw new SwarmError(domainErrors.agentUnknown, `no agent ${agent}; configured: ${configured}`);
}

/** Why nothing can be given to `agent`; null where it has an inbox. */
export function objectionToGiving(
  { inboxless }: Pick<OrderDeps, 'inboxless'>,
  agent: string,
): SwarmOutcome | null {
  if (!inboxless.includes(agent)) return null;
  return refused(`${agent} has no inbox, so nothing can be given to it; give it one in pipeline.agents`);
}

/** Who is told of the delivery that an order makes. */
export function askedBy({ id, principal }: SwarmOrder, to: Address, siblings: readonly string[] = []): Asked {
  return { correlationId: id, principal, to, siblings: [...siblings] };
}

/** What comes of a checkpoint that a person settled. */
export interface Made {
  readonly created: readonly Delivery[];
  readonly beside: Beside;
}

const nothing: Made = { created: [], beside: {} };

/** A run as it is after an event, and what was stored in the same step. */
export interface Moved {
  readonly run: Run;
  readonly created: readonly Delivery[];
}

/**
 * @param make what comes of a checkpoint that was taken out of the run's course; null: nothing is to change, since the same order
 * was carried out since the run was read
 */
export async function moveByHand(
  { store }: Pick<OrderDeps, 'store'>,
  { agent, event }: { readonly agent: string; readonly event: HandEvent },
  make: (run: Run, checkpoint: NonNullable<HandStep['settled']>) => Promise<Made | null> = () =>
    Promise.resolve(nothing),
): Promise<Moved> {
  return untilSaved(`run of ${agent}`, async () => {
    const held = await store.run(agent);
    const before = held.value ?? newRun(agent);
    const { run, settled } = transitionByHand(before, event);
    if (run === before) return { run, created: [] };
    const made = settled === null ? nothing : await make(run, settled);
    if (made === null) return { run: before, created: [] };
    const { created, beside } = made;
    return (await store.saveRun(held, run, created, beside)) ? { run, created } : null;
  });
}
