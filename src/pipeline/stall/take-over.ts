// Who could take over what lies unaccepted at a silent agent. Pure; judge.ts says whether and when.
import type { Gas } from '../../contracts/agents.ts';
import { type Delivery, isLaid } from '../delivery.ts';
import type { TakeOver } from './record.ts';

/** Whoever has as much of it unaccepted gets no more. */
const mostOpen = 3;
/** So much of one agent's gas is given or offered at one look; the next looks see to the rest. */
const mostAtOnce = 6;

/** An agent that could take something over, and what speaks for it. */
export interface Candidate {
  readonly agent: string;
  /** Whether it is alive by its own signs, has an inbox, and nobody has paused it. */
  readonly isFit: boolean;
  readonly open: number;
}

export interface Around {
  readonly deliveries: readonly Delivery[];
  readonly candidates: readonly Candidate[];
  /** Where each was to go before; it still does where that one can take it. */
  readonly meant: readonly TakeOver[];
  /** What others give to whom at the same look, or offer. */
  readonly given: readonly TakeOver[];
}

/**
 * All gas that lies unaccepted at `agent`, oldest first, and whoever is fit and has least to do by then. Gas of one mission
 * stays together. Left out is what nobody can take.
 */
export function takeOversOf(
  agent: string,
  { deliveries, candidates, meant, given }: Around,
): readonly TakeOver[] {
  const lying = deliveries
    .filter((one) => one.gas.to === agent && isLaid(one) && one.gas.checkpoint !== null)
    .toSorted((a, b) => a.gas.createdAt - b.gas.createdAt);
  if (lying.length === 0) return [];
  const open = new Map(candidates.map((one) => [one.agent, one.open]));
  const openOf = (one: string) => open.get(one) ?? 0;
  for (const { to } of given) open.set(to, openOf(to) + 1);
  const missions = new Map<string, string>();
  const found: TakeOver[] = [];
  for (const { gas } of lying) {
    if (found.length === mostAtOnce) break;
    const fit = candidates
      .filter((one) => one.isFit && openOf(one.agent) < mostOpen)
      .map((one) => one.agent)
      .filter((one) => one !== agent && one !== gas.from)
      .toSorted((a, b) => openOf(a) - openOf(b));
    const before = meant.find(({ delivery }) => delivery === gas.id)?.to ?? missions.get(missionOf(gas));
    const to = fit.find((one) => one === before) ?? fit[0];
    if (to === undefined) continue;
    open.set(to, openOf(to) + 1);
    missions.set(missionOf(gas), to);
    found.push({ delivery: gas.id, to });
  }
  return found;
}

function missionOf({ from, epoch }: Gas): string {
  return `${epoch} ${from}`;
}
