// Takes one checkpoint out of an agent's mission: its gas is recorded as suppressed, with who did it and why. Where a person
// is wanted for gas of that checkpoint, also of an earlier mission, that is what is meant, and nothing else.
import type { Checkpoint } from '../../contracts/agents.ts';
import type { SwarmControl, SwarmOutcome } from '../../contracts/swarm-orders.ts';
import { plainText } from '../../core/text.ts';
import type { Delivery } from '../delivery.ts';
import { newDelivery } from '../delivery.ts';
import { checkpointGasId, givers, toSkippedGas } from '../gas.ts';
import { passBy } from '../join.ts';
import { edgesFor, receiversFor } from '../routing.ts';
import { newRun, type Run } from '../run.ts';
import type { Beside } from '../store.ts';
import { mayLieThere } from '../take-back.ts';
import { chosen, done, moveByHand, type OrderDeps, refused } from './deps.ts';
import { giveUp, skippedBy, takenOut, wasWanted } from './give-up.ts';
import { stepAtJoin } from './joins.ts';
import { heirToTakeOut, nextOfThose, toldNext } from './next-of-any.ts';
import { takeFromJoins } from './take-from-joins.ts';
import { handedBefore, inItsPlace, inWhoseGas, isAlready } from './whose.ts';

const askedOtherwise =
  'nothing was changed, since the gas for which a person is wanted is not that of the question any more';
const noneWanted = 'no person is wanted any more for the gas of the question, and nothing else was taken out';

type Joins = NonNullable<Beside['arrivals']>;

export function makeSkip(deps: OrderDeps): SwarmControl['gas.skip'] {
  const { store, ledger, clock, chain } = deps;

  /** What is recorded of a checkpoint that is taken out before it was reached. */
  async function takeOut(run: Run, { checkpoint, detail }: { checkpoint: Checkpoint; detail: string }) {
    const edges = edgesFor(chain(), run);
    const arrivals: Joins[number][] = [];
    for (const edge of edges) {
      arrivals.push(...(await stepAtJoin(store, chain(), { run, checkpoint, ...edge }, passBy)));
    }
    const created = edges.map(({ receiver: to }) => {
      const gas = toSkippedGas(run, checkpoint, { to, createdAt: clock.now() });
      return newDelivery(gas, detail, { state: 'suppressed' });
    });
    return { created, beside: { arrivals } };
  }

  return async (order, { by, agent, checkpoint, reason, delivery, wanted }) => {
    chosen(deps, agent);
    if (wanted === null) return refused(`${askedOtherwise}; \`gas skip ${agent} ${checkpoint}\` asks anew`);
    const detail = skippedBy(by, reason);
    const what = `the ${checkpoint} % gas of ${agent}`;
    const givenUp = await giveUp(deps, { agent, checkpoint, delivery, wanted, detail, at: order.at });
    const before = (await store.run(agent)).value ?? newRun(agent);
    if (givenUp.length > 0 && !isCut(before, givenUp)) return ofGivenUp(deps, givenUp, { what, detail });
    if (delivery !== undefined) return refused(`no person is wanted for ${delivery} any more`);
    if (wanted !== undefined && wanted.length > 0) return refused(noneWanted);
    if (receiversFor(chain(), before).length === 0) {
      const handed = await handedBefore(deps, { run: before, checkpoint });
      return refused(`${agent} hands over to nobody${handed === null ? '' : ` now; ${handed}`}`);
    }
    const event = { kind: 'skip', checkpoint } as const;
    const { run, created } = await moveByHand(deps, { agent, event }, (after, settled) =>
      takeOut(after, { checkpoint: settled, detail }),
    );
    const edges = edgesFor(chain(), run);
    const waited = created.length > 0 ? [] : await takeFromJoins(deps, { run, checkpoint, edges, detail });
    const taken = [...created, ...waited];
    for (const delivery of taken) await ledger.begin(delivery);
    await deps.freeJoins();
    const ids = edges.map(({ receiver }) => checkpointGasId(run, checkpoint, receiver));
    const found = taken.length > 0 ? taken : (await store.deliveries(ids)).values.filter(isThere);
    const inPlace = await inItsPlace(deps, agent, checkpoint);
    if (found.length === 0) {
      const joined = await inWhoseGas(deps, { run, checkpoint });
      return refused(joined === null ? (inPlace ?? whyNone(run, what)) : `${what} ${joined}`);
    }
    const moved: Delivery[] = [];
    for (const one of found) {
      moved.push(
        await fromItsWay(
          deps,
          one.behind === undefined ? one : await heirToTakeOut(deps, one, detail),
          detail,
        ),
      );
    }
    const next = await nextOfThose(deps, moved);
    return outcome(store, moved, { what, detail, inPlace, next });
  };
}

/** On its way, it may lie there already. An inbox that cannot be looked into keeps nobody from taking it out. */
export async function fromItsWay(
  deps: Pick<OrderDeps, 'store' | 'inbox' | 'ledger' | 'agents'>,
  one: Delivery,
  detail: string,
): Promise<Delivery> {
  const { state, gas } = one;
  const mayLie = (state === 'pending' || state === 'queued') && deps.agents.includes(gas.to);
  try {
    return await takenOut(deps, one, { detail, mayLie });
  } catch (thrown) {
    if (!mayLieThere(thrown)) throw thrown;
    return deps.ledger.move(gas.id, { state: 'suppressed', detail });
  }
}

/** Whether the order was killed in the middle of a fan-out of the present mission: the others are still on their way. */
function isCut(run: Run, before: readonly Delivery[]): boolean {
  return before.some((one) => {
    const { gas, meant } = one;
    if (wasWanted(one) || gas.checkpoint === null) return false;
    return gas.id === checkpointGasId(run, gas.checkpoint, meant ?? gas.to);
  });
}

async function ofGivenUp(
  deps: OrderDeps,
  givenUp: readonly Delivery[],
  { what, detail }: { readonly what: string; readonly detail: string },
): Promise<SwarmOutcome> {
  const missions = [...new Set(givenUp.map(({ gas }) => plainText(gas.mission, 80)))];
  const next = await nextOfThose(deps, givenUp);
  return outcome(deps.store, givenUp, { what: `${what} (mission ${missions.join(', ')})`, detail, next });
}

function whyNone({ agent, mission: { epoch } }: Run, what: string): string {
  return epoch === 0 ? `${agent} has told no mission yet` : `${what} was sent ahead, or went to nobody`;
}

async function outcome(
  store: OrderDeps['store'],
  moved: readonly Delivery[],
  {
    what,
    detail,
    inPlace = null,
    next = [],
  }: {
    readonly what: string;
    readonly detail: string;
    readonly inPlace?: string | null;
    readonly next?: readonly Delivery[];
  },
): Promise<SwarmOutcome> {
  const skipped = moved.filter(({ state }) => state === 'suppressed');
  const [last] = skipped;
  if (last) {
    const names = [...new Set(skipped.map(({ gas }) => gas.to))].join(', ');
    const others = [...new Set(skipped.flatMap(({ gas }) => givers(gas).filter((one) => one !== gas.from)))];
    const lost = others.length === 0 ? '' : `; nor does what ${others.join(', ')} handed over with it`;
    const why = last.steps.at(-1)?.detail ?? detail;
    const told = `${what} does not go to ${names}: ${why}${lost}${toldNext(next)}`;
    return done(inPlace === null ? told : `${told}; ${inPlace}`);
  }
  const [first] = moved;
  return refused(`${what} ${first ? await isAlready(store, first) : 'is gone already'}`);
}

function isThere(delivery: Delivery | null): delivery is Delivery {
  return delivery !== null;
}
