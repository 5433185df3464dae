// The next gas of the chain now, ahead of its checkpoint, which does not fire again; where the chain has none, the person's
// own words.
import type { SwarmControl, SwarmOutcome } from '../../contracts/swarm-orders.ts';
import { newDelivery } from '../delivery.ts';
import { aheadId, messageId, toGasAhead, toMessage } from '../gas.ts';
import { joinOf, receiversOf } from '../graph.ts';
import { arrive, sendAhead } from '../join.ts';
import { ahead, type Run } from '../machine.ts';
import { askedBy, chosen, delivering, moveByHand, type OrderDeps, refused } from './deps.ts';
import { type JoinStep, stepAtJoin } from './joins.ts';

export function makeSend(deps: OrderDeps): SwarmControl['gas.send'] {
  const { store, ledger, clock, chain } = deps;
  return async (order, { by, agent: to, text, replyTo }) => {
    chosen(deps, to);
    // Run again, it must not take the checkpoint behind the one that it has sent already.
    const made = (await store.deliveries([aheadId(order.id, to), messageId(order.id, to)])).values;
    const before = made.find((delivery) => delivery !== null);
    if (before) {
      await ledger.once(before);
      return delivering;
    }
    const words = () => ({ id: order.id, by, to, createdAt: clock.now() });
    const detail = `sent ahead by ${by}`;
    const begin = { asked: askedBy(order, replyTo) };
    const from = await giverTo(deps, to);
    if (from !== null) {
      // The checkpoint does not fire again, so whoever else it was for gets its gas too.
      const others = receiversOf(chain(), from).filter((other) => other !== to);
      const { run, created } = await moveByHand(
        deps,
        { agent: from, event: { kind: 'send' } },
        async (after, checkpoint) => {
          const place = (receiver: string) => ({ run: after, checkpoint, receiver });
          const arrivals = [...(await stepAtJoin(store, chain(), place(to), sendAhead))];
          const made = [newDelivery(toGasAhead(after, { checkpoint, text }, words()), detail, begin)];
          for (const other of others) {
            let fires = true;
            const step: JoinStep = (...round) => {
              const came = arrive(...round);
              ({ fires } = came);
              return came.arrivals;
            };
            arrivals.push(...(await stepAtJoin(store, chain(), place(other), step)));
            const gas = toGasAhead(after, { checkpoint, text: null }, { ...words(), to: other });
            if (fires) made.push(newDelivery(gas, detail));
          }
          return { created: made, beside: { arrivals } };
        },
      );
      if (created.length === 0 && text === null) return nothingLeft(run);
      for (const delivery of created) await ledger.begin(delivery);
      if (created.length > 0) return delivering;
    }
    if (text === null) return refused(`nobody hands over to ${to}, so it needs a text`);
    await ledger.once(newDelivery(toMessage(text, words()), detail, begin));
    return delivering;
  };
}

/** Of those that hand over to `to` the one with the lowest checkpoint to come, of which the gas has not gone. */
async function giverTo({ store, agents, chain }: OrderDeps, to: string): Promise<string | null> {
  const before = agents.filter((agent) => receiversOf(chain(), agent).includes(to));
  const runs = (await store.runs(before)).values;
  const next: { readonly agent: string; readonly checkpoint: number }[] = [];
  for (const run of runs.filter((one) => one !== null)) {
    const [checkpoint] = ahead(run);
    if (checkpoint === undefined) continue;
    const isPart = joinOf(chain(), to)?.of.includes(run.agent) === true;
    const round = isPart ? (await store.arrivals(to, checkpoint)).value : null;
    const isGone = round?.fired === true && round.arrived[run.agent] === undefined;
    if (!isGone) next.push({ agent: run.agent, checkpoint });
  }
  const lowest = Math.min(...next.map(({ checkpoint }) => checkpoint));
  return next.find(({ checkpoint }) => checkpoint === lowest)?.agent ?? before[0] ?? null;
}

function nothingLeft({ agent, epoch }: Run): SwarmOutcome {
  const why = epoch === 0 ? 'has told no mission yet' : 'has handed over all of its mission';
  return refused(`${agent} ${why}, so it needs a text`);
}
