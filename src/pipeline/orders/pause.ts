// Holds the checkpoints of one agent, or of all, and lets them go again. The newest word stands, whichever job runs first.
import { holdersOf } from '../../contracts/agents.ts';
import type { SwarmControl, SwarmOrder, SwarmOutcome } from '../../contracts/swarm-orders.ts';
import type { Delivery } from '../delivery.ts';
import { givers } from '../gas.ts';
import { isOvertaken } from '../hand.ts';
import { holdersAmong } from '../join-holds.ts';
import { chosen, done, moveByHand, type OrderDeps, refused } from './deps.ts';
import { skippedBy } from './give-up.ts';
import { letRoundsGo } from './let-rounds-go.ts';
import { heirToTakeOut, nextOfThose, toldNext } from './next-of-any.ts';
import { passedOver, toldPassed } from './passed-over.ts';
import { type ResumeWord, resumedBy } from './resumed.ts';

export function makePause(deps: OrderDeps): SwarmControl['gas.pause'] {
  return async (order, { by, agent }) => {
    const who = chosen(deps, agent);
    const stood = await speak(deps, who, { paused: true, by, at: order.at });
    if (stood.length === 0) return overtaken;
    return done(`${nameOf(agent, stood)} paused: what is reached from now on is held until \`gas resume\``);
  };
}

export function makeResume(deps: OrderDeps): SwarmControl['gas.resume'] {
  const { store, ledger } = deps;

  async function heldOf(agents: readonly string[]): Promise<readonly Delivery[]> {
    const open = await store.openDeliveries();
    return open.filter(
      (one) => one.state === 'held' && holdersOf(one).some((agent) => agents.includes(agent)),
    );
  }

  /** What another pause holds too stays held. */
  async function letGo(held: readonly Delivery[]) {
    const others = new Set<string>();
    const freed: Delivery[] = [];
    for (const delivery of held) {
      const still = [...(await holdersAmong(store, holdersOf(delivery))).keys()];
      for (const one of still) others.add(one);
      await ledger.settle(delivery);
      if (still.length === 0) freed.push(delivery);
    }
    return { freed, kept: held.length - freed.length, others: [...others] };
  }

  /** As `letGo` did, and an earlier run before a crash; what that one let go and did not queue goes now. */
  async function letAllGo(word: ResumeWord) {
    const held = await heldOf(word.agents);
    const before = await resumedBy(deps, word);
    for (const one of before.freed) if (one.state === 'pending') await ledger.settle(one);
    const now = await letGo(eachOnce([...held, ...before.kept]));
    return { ...now, freed: eachOnce([...before.freed, ...now.freed]).length };
  }

  return async (order, { by, agent, held }) => {
    const who = await notOvertaken(deps, chosen(deps, agent), order);
    // Before the word: what a sweep finds held behind the word is let go.
    const skipped = held === 'skip' ? await heldOf(who) : [];
    const lost = objectionToLoss(skipped, who);
    if (lost !== null) return lost;
    const behind = await passedOver(deps, who);
    const moved: Delivery[] = [];
    for (const { gas } of skipped) {
      moved.push(await ledger.move(gas.id, { state: 'suppressed', detail: skippedBy(by) }));
    }
    for (const one of held === 'skip' ? behind : []) {
      moved.push(await heirToTakeOut(deps, one, skippedBy(by)));
    }
    const stood = await speak(deps, who, { paused: false, by, at: order.at });
    const word = { by, at: order.at, agents: who };
    const isOut = ({ state }: Delivery) => state === 'suppressed';
    const out =
      held === 'skip' ? eachOnce([...(await resumedBy(deps, word)).skipped, ...moved.filter(isOut)]) : [];
    const next = await nextOfThose(deps, out);
    if (stood.length === 0) return overtaken;
    await letRoundsGo(store, stood);
    const { freed, kept, others } = await letAllGo({ ...word, agents: stood });
    const counts = [
      ...(out.length > 0 ? [`${out.length} held and now skipped${toldNext(next)}`] : []),
      ...(freed > 0 ? [`${freed} held and now sent`] : []),
      ...(kept > 0 ? [`${kept} in a join stays held until ${others.join(', ')} is resumed too`] : []),
      ...(held === 'skip' ? [] : await toldPassed(deps, behind, { ...word, agents: stood })),
    ];
    return done(`${nameOf(agent, stood)} resumed: ${counts.join(', ') || 'nothing was held'}`);
  };
}

/** The last of each id. */
function eachOnce(all: readonly Delivery[]): readonly Delivery[] {
  return [...new Map(all.map((one) => [one.gas.id, one])).values()];
}

/** Gas of a join is that of all in it: nobody's is lost by a word on another. Null where it is all theirs. */
function objectionToLoss(held: readonly Delivery[], agents: readonly string[]): SwarmOutcome | null {
  const ofOthers = held.flatMap(({ gas }) => {
    const names = givers(gas).filter((one) => !agents.includes(one));
    if (names.length === 0) return [];
    const way = `\`gas skip ${gas.from} ${gas.checkpoint}\` takes all of it out`;
    return [`the ${gas.checkpoint} % gas for ${gas.to} is that of ${names.join(', ')} too, and ${way}`];
  });
  if (ofOthers.length === 0) return null;
  return refused(`${ofOthers.join('; ')}; nothing was changed. Without \`skip\` it is let go`);
}

const overtaken: SwarmOutcome = done('nothing was changed: a later word has been given');

type Word = { readonly paused: boolean; readonly by: string; readonly at: number };

/** Those for whom this is the newest word. */
async function speak(deps: OrderDeps, agents: readonly string[], word: Word): Promise<readonly string[]> {
  const stood: string[] = [];
  for (const agent of agents) {
    const now = deps.clock.now();
    const { run } = await moveByHand(deps, { agent, event: { kind: 'word', word, now } });
    if (!isOvertaken(run, word, now)) stood.push(agent);
  }
  return stood;
}

async function notOvertaken({ store, clock }: OrderDeps, agents: readonly string[], order: SwarmOrder) {
  const { values } = await store.runs(agents);
  return agents.filter((_, i) => {
    const run = values[i];
    return !run || !isOvertaken(run, order, clock.now());
  });
}

function nameOf(agent: string | null, stood: readonly string[]): string {
  return agent ?? `${stood.length} agents`;
}
