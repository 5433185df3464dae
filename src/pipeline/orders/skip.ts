// Takes one checkpoint out of an agent's mission: its gas is recorded as suppressed, with who did it and why. Where a person
// is wanted for gas of that checkpoint, also of an earlier mission, that is what is meant, and nothing else.
import type { SwarmControl, SwarmOutcome } from '../../contracts/swarm-orders.ts';
import { plainText } from '../../core/text.ts';
import { newDelivery } from '../delivery.ts';
import type { Delivery } from '../delivery.ts';
import { checkpointGasId, toSkippedGas } from '../gas.ts';
import { receiversOf } from '../graph.ts';
import { passBy } from '../join.ts';
import type { Beside } from '../store.ts';
import { chosen, done, moveByHand, type OrderDeps, refused } from './deps.ts';
import { giveUp } from './give-up.ts';
import { stepAtJoin } from './joins.ts';
import { takeFromJoins } from './take-from-joins.ts';

type Joins = NonNullable<Beside['arrivals']>;

export function makeSkip(deps: OrderDeps): SwarmControl['gas.skip'] {
  const { store, ledger, clock, chain } = deps;
  return async (order, { by, agent, checkpoint, reason }) => {
    chosen(deps, agent);
    const detail = `skipped by ${by}${reason === '' ? '' : `: ${reason}`}`;
    const what = `the ${checkpoint} % gas of ${agent}`;
    const givenUp = await giveUp(deps, { agent, checkpoint, detail, at: order.at });
    if (givenUp.length > 0) {
      const missions = [...new Set(givenUp.map(({ gas }) => plainText(gas.mission, 80)))];
      return outcome(givenUp, { what: `${what} (mission ${missions.join(', ')})`, detail });
    }
    const receivers = receiversOf(chain(), agent);
    if (receivers.length === 0) return refused(`${agent} hands over to nobody`);
    const event = { kind: 'skip', checkpoint } as const;
    const { run, created } = await moveByHand(deps, { agent, event }, async (after, settled) => {
      const skipped = (to: string) => toSkippedGas(after, settled, { to, createdAt: clock.now() });
      const arrivals: Joins[number][] = [];
      for (const receiver of receivers) {
        arrivals.push(
          ...(await stepAtJoin(store, chain(), { run: after, checkpoint: settled, receiver }, passBy)),
        );
      }
      const suppressed = receivers.map((to) => newDelivery(skipped(to), detail, { state: 'suppressed' }));
      return { created: suppressed, beside: { arrivals } };
    });
    const waited =
      created.length > 0 ? [] : await takeFromJoins(deps, { run, checkpoint, receivers, detail });
    const taken = [...created, ...waited];
    for (const delivery of taken) await ledger.begin(delivery);
    await deps.freeJoins();
    const ids = receivers.map((to) => checkpointGasId(run, checkpoint, to));
    const found = taken.length > 0 ? taken : (await store.deliveries(ids)).values.filter(isThere);
    if (found.length === 0) {
      return refused(
        run.epoch === 0 ? `${agent} has told no mission yet` : `${what} was sent ahead, or went to nobody`,
      );
    }
    const moved: Delivery[] = [];
    for (const { gas } of found) moved.push(await ledger.move(gas.id, { state: 'suppressed', detail }));
    return outcome(moved, { what, detail });
  };
}

function outcome(
  moved: readonly Delivery[],
  { what, detail }: { readonly what: string; readonly detail: string },
): SwarmOutcome {
  const skipped = moved.filter(({ state }) => state === 'suppressed');
  const [last] = skipped;
  if (last) {
    const names = skipped.map(({ gas }) => gas.to).join(', ');
    return done(`${what} does not go to ${names}: ${last.steps.at(-1)?.detail ?? detail}`);
  }
  const state = moved[0]?.state ?? 'gone';
  return refused(`${what} is ${state} already; \`gas reassign\` gives it to another agent`);
}

function isThere(delivery: Delivery | null): delivery is Delivery {
  return delivery !== null;
}
