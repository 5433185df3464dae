// Which of several instances gets the next piece of work. Pure but for the randomness given to it and the turn that it
// remembers; who is alive is the registry's business.
import { createHash } from 'node:crypto';
import type { Health } from './health.ts';

export const balanceStrategies = [
  'round-robin',
  'weighted',
  'least-pending',
  'two-choices',
  'sticky',
] as const;
export type BalanceStrategy = (typeof balanceStrategies)[number];

/** An instance, as far as the choice needs it. */
export interface Candidate {
  readonly instance: string;
  readonly health: Health;
  /** Pieces of work under way. */
  readonly pending: number;
  /** Its share beside the others'; default 1; 0 or less gets nothing while another may. */
  readonly weight?: number;
}

export interface BalancerOptions {
  readonly strategy: BalanceStrategy;
  /** Source of randomness in [0, 1); default Math.random. */
  readonly random?: () => number;
}

/** Chooses one of the candidates; null only where there is none. `key` is what `sticky` sticks to. */
export type Choose = <C extends Candidate>(candidates: readonly C[], key: string) => C | null;

/** Makes a choice that skips the unhealthy, unless all are: then any of them is as good as the others. */
export function createBalancer({ strategy, random = Math.random }: BalancerOptions): Choose {
  const turns = { last: '' };
  return (candidates, key) => {
    const fit = candidates.filter(({ health }) => health !== 'unhealthy');
    const eligible = fit.length > 0 ? fit : candidates;
    switch (strategy) {
      case 'round-robin':
        return nextInTurn(eligible, turns);
      case 'weighted':
        return byWeight(eligible, random);
      case 'least-pending':
        return leastPending(eligible, random);
      case 'two-choices':
        return leastPending(twoOf(eligible, random), random);
      case 'sticky':
        return highestScore(eligible, key);
    }
  };
}

// By name and not by position: one that goes or comes shifts nobody else's turn.
function nextInTurn<C extends Candidate>(candidates: readonly C[], turns: { last: string }): C | null {
  const sorted = candidates.toSorted((a, b) => (a.instance < b.instance ? -1 : 1));
  const next = sorted.find(({ instance }) => instance > turns.last) ?? sorted[0] ?? null;
  turns.last = next?.instance ?? '';
  return next;
}

function byWeight<C extends Candidate>(candidates: readonly C[], random: () => number): C | null {
  const shares = candidates.map(({ weight = 1 }) => Math.max(0, weight));
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (total === 0) return oneOf(candidates, random);
  let left = random() * total;
  const found = candidates.find((_, i) => {
    left -= shares[i] ?? 0;
    return left < 0;
  });
  return found ?? null;
}

function leastPending<C extends Candidate>(candidates: readonly C[], random: () => number): C | null {
  const least = Math.min(...candidates.map(({ pending }) => pending));
  return oneOf(
    candidates.filter(({ pending }) => pending === least),
    random,
  );
}

function twoOf<C extends Candidate>(candidates: readonly C[], random: () => number): readonly C[] {
  const first = oneOf(candidates, random);
  const second = oneOf(
    candidates.filter((candidate) => candidate !== first),
    random,
  );
  return [first, second].filter((one) => one !== null);
}

function oneOf<C>(candidates: readonly C[], random: () => number): C | null {
  return candidates[Math.floor(random() * candidates.length)] ?? null;
}

// Rendezvous hashing: each key ranks the instances by itself, so that the keys of one that goes move and no others.
function highestScore<C extends Candidate>(candidates: readonly C[], key: string): C | null {
  const score = ({ instance }: C) =>
    createHash('sha256')
      .update(JSON.stringify([key, instance]))
      .digest('hex');
  const ranked = candidates.map((candidate) => ({ candidate, score: score(candidate) }));
  return ranked.toSorted((a, b) => (a.score > b.score ? -1 : 1))[0]?.candidate ?? null;
}
