// Under whose name the gas of an agent goes, where that is another: the last of its join, or whoever works in its place.
import { type Checkpoint, holdersOf } from '../../contracts/agents.ts';
import { plainText } from '../../core/text.ts';
import { latest } from '../behind.ts';
import { type Delivery, deliveryTable, mayBeGivenUp } from '../delivery.ts';
import type { Run } from '../run.ts';
import { standInsOf, worksFor } from '../stand-in.ts';
import type { OrderDeps } from './deps.ts';

export interface Whose {
  readonly run: Run;
  readonly checkpoint: Checkpoint;
}

/** For people: in whose gas it is, and what can be done about that; null where it is in none. @throws SwarmError REDIS_* */
export async function inWhoseGas({ store }: Pick<OrderDeps, 'store'>, whose: Whose): Promise<string | null> {
  const { deliveries } = await store.recentDeliveries(Number.POSITIVE_INFINITY);
  if (deliveries.length === 0) return null;
  const givers = [...new Set(deliveries.map(({ gas }) => gas.from))];
  const runs = new Map((await store.runs(givers)).values.map((run) => [run?.agent, run]));
  const found = deliveries.find(
    (one) => isPartOf(one, whose) || isInPlace(one, whose, runs.get(one.gas.from)),
  );
  if (!found) return null;
  const { gas, state } = found;
  const giver = runs.get(gas.from);
  const isPresent = giver?.mission.epoch === gas.epoch;
  const ways = [
    ...(state === 'held' ? holdersOf(found).map((agent) => `\`gas resume ${agent}\` to let it go`) : []),
    ...(isPresent && mayBeGivenUp(found)
      ? [`\`gas skip ${gas.from} ${whose.checkpoint}\` to take all of it out`]
      : []),
    ...(state === 'sent' ? ['`gas reassign` to give it to another agent'] : []),
  ];
  const text = `is in that of ${gas.from} for ${gas.to}, which is ${state}`;
  return ways.length === 0 ? text : `${text}: ${ways.join(', ')}`;
}

/** For people: what became of gas that cannot be taken out, or of what went in its place, and what can be done about that. */
export async function isAlready(
  { delivery }: Pick<OrderDeps['store'], 'delivery'>,
  old: Delivery,
): Promise<string> {
  const now = old.replacedBy === null ? old : await latest({ delivery }, old.replacedBy);
  const text = `is ${old.state} already`;
  if (now === null) return text;
  const { gas, state } = now;
  const way = deliveryTable[state].includes('rerouted') ? 'gives it to another agent' : null;
  if (now === old) return way === null ? text : `${text}; \`gas reassign\` ${way}`;
  const id = gas.id.slice(0, 8);
  const stands = `that of ${gas.from} for ${gas.to} (${id}) went in its place and is ${state}`;
  return `${text}; ${stands}${way === null ? '' : `: \`gas reassign ${id} AGENT\` ${way}`}`;
}

/** For people: what one that hands over to nobody has handed over in the place of another; null where that is nothing. */
export async function handedBefore(
  { store }: Pick<OrderDeps, 'store'>,
  { run, checkpoint }: Whose,
): Promise<string | null> {
  const { deliveries } = await store.recentDeliveries(Number.POSITIVE_INFINITY);
  const found = deliveries.find(({ gas }) => gas.from === run.agent && gas.checkpoint === checkpoint);
  if (!found) return null;
  const { gas, state } = found;
  return `the ${checkpoint} % gas of its mission ${plainText(gas.mission, 80)} for ${gas.to} is ${state}`;
}

/** For people: who works in the place of an agent now, and hands over what is for those behind it; null where nobody does. */
export async function inItsPlace(
  { store, agents }: Pick<OrderDeps, 'store' | 'agents'>,
  agent: string,
  checkpoint: Checkpoint,
): Promise<string | null> {
  const { values } = await store.runs(agents);
  const names = standInsOf(values, agent);
  if (names.length === 0) return null;
  const ways = names.map((name) => `\`gas skip ${name} ${checkpoint}\``).join(', ');
  return `${names.join(', ')} works in the place of ${agent}; ${ways} takes out what is handed over there`;
}

/** Of its present mission, or such that nobody has taken. */
function isPartOf({ gas, state, heldBy }: Delivery, { run, checkpoint }: Whose): boolean {
  if (gas.checkpoint !== checkpoint || gas.from === run.agent) return false;
  if (state === 'held' && heldBy?.includes(run.agent)) return true;
  return (gas.parts ?? []).some(
    ({ agent, inPlaceOf, epoch }) =>
      inPlaceOf === run.agent || (agent === run.agent && (epoch === run.mission.epoch || state === 'held')),
  );
}

/** What another handed over in its place since its present mission began, in a mission of that one that may be over. */
function isInPlace({ gas }: Delivery, { run, checkpoint }: Whose, giver: Run | null | undefined): boolean {
  if (gas.checkpoint !== checkpoint || gas.from === run.agent || gas.createdAt < run.mission.epochAt)
    return false;
  return worksFor(giver?.assignments ?? [], gas.epoch).includes(run.agent);
}
