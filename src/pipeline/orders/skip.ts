// Takes one checkpoint out of an agent's mission: its gas is recorded as suppressed, with who did it and why.
import type { SwarmControl } from '../../contracts/swarm-orders.ts';
import { successor } from '../chain.ts';
import { newDelivery } from '../delivery.ts';
import { checkpointGasId, toSkippedGas } from '../gas.ts';
import { chosen, done, moveByHand, type OrderDeps, refused } from './deps.ts';

export function makeSkip(deps: OrderDeps): SwarmControl['gas.skip'] {
  const { store, ledger, clock, chain } = deps;
  return async (_order, { by, agent, checkpoint, reason }) => {
    chosen(deps, agent);
    const to = successor(chain, agent);
    if (to === null) return refused(`${agent} hands over to nobody`);
    const detail = `skipped by ${by}${reason === '' ? '' : `: ${reason}`}`;
    const event = { kind: 'skip', checkpoint } as const;
    const { run, created } = await moveByHand(deps, { agent, event }, (after, settled) =>
      newDelivery(toSkippedGas(after, settled, { to, createdAt: clock.now() }), detail, {
        state: 'suppressed',
      }),
    );
    if (created !== null) await ledger.begin(created);
    const id = checkpointGasId(run, checkpoint);
    const delivery = created ?? (await store.delivery(id)).value;
    const what = `the ${checkpoint} % gas of ${agent}`;
    if (delivery === null) {
      return refused(
        run.epoch === 0 ? `${agent} has told no mission yet` : `${what} was sent ahead, or went to nobody`,
      );
    }
    const { state, steps } = await ledger.move(id, { state: 'suppressed', detail });
    if (state === 'suppressed')
      return done(`${what} does not go to ${to}: ${steps.at(-1)?.detail ?? detail}`);
    return refused(`${what} is ${state} already; \`gas reassign\` gives it to another agent`);
  };
}
