// The next gas of the chain now, ahead of its checkpoint, which does not fire again; where the chain has none, the person's
// own words.
import type { SwarmControl, SwarmOutcome } from '../../contracts/swarm-orders.ts';
import { type Delivery, newDelivery } from '../delivery.ts';
import { aheadId, messageId, sentAhead, toMessage } from '../gas.ts';
import { usedUp } from '../next-mission.ts';
import { newRun, type Run } from '../run.ts';
import { giverTo, makeAhead, missionAhead } from './ahead.ts';
import {
  askedBy,
  chosen,
  delivering,
  moveByHand,
  type OrderDeps,
  objectionToGiving,
  refused,
} from './deps.ts';

export function makeSend(deps: OrderDeps): SwarmControl['gas.send'] {
  const { store, ledger, clock, chain } = deps;
  return async (order, { by, agent: to, text, replyTo }) => {
    chosen(deps, to);
    // Run again, or twice at once, it must not take the checkpoint behind the one that it has sent already.
    const made = async () => {
      const { values } = await store.deliveries([aheadId(order.id, to), messageId(order.id, to)]);
      return values.find((delivery) => delivery !== null);
    };
    const again = async (before: Delivery) => {
      await ledger.once(before);
      return delivering;
    };
    const before = await made();
    if (before) return again(before);
    const objection = objectionToGiving(deps, to);
    if (objection !== null) return objection;
    const words = () => ({ id: order.id, by, to, createdAt: clock.now() });
    const begin = { asked: askedBy(order, replyTo) };
    const from = await giverTo(deps, to);
    if (from !== null) {
      const next = await missionAhead(store, chain(), (await store.run(from)).value ?? newRun(from));
      if (next?.words === null && text === null) return refused(usedUp);
      const event = { kind: 'send' } as const;
      const { run, created } = await moveByHand(deps, { agent: from, event }, async (after, checkpoint) =>
        (await made())
          ? null
          : makeAhead(deps, { run: after, checkpoint, order: { ...words(), text }, begin }),
      );
      for (const delivery of created) await ledger.begin(delivery);
      if (created.length > 0) return delivering;
      const beside = await made();
      if (beside) return again(beside);
      if (text === null) return nothingLeft(run);
    }
    if (text === null) return refused(`nobody hands over to ${to}, so it needs a text`);
    await ledger.once(newDelivery(toMessage(text, words()), sentAhead(by), begin));
    return delivering;
  };
}

function nothingLeft({ agent, mission: { epoch } }: Run): SwarmOutcome {
  const why = epoch === 0 ? 'has told no mission yet' : 'has handed over all of its mission';
  return refused(`${agent} ${why}, so it needs a text`);
}
