// A person's words to one agent, or to all: a delivery each, acknowledged as gas is. Words that answer a question go to its
// agent alone, and only while it is open; one without an inbox fetches them. Such a one is left out of what goes to all.
import type { SwarmControl } from '../../contracts/swarm-orders.ts';
import { plainText } from '../../core/text.ts';
import { recordFetched } from '../answers.ts';
import { newDelivery } from '../delivery.ts';
import { messageId, toMessage } from '../gas.ts';
import { askedBy, chosen, delivering, type OrderDeps, objectionToGiving, refused } from './deps.ts';

export function makeMessage(deps: OrderDeps): SwarmControl['agent.message'] {
  return async (order, { by, to, text, replyTo, answers }) => {
    const receivers = chosen(deps, to).filter((agent) => to !== null || !deps.inboxless.includes(agent));
    if (receivers.length === 0) return refused('no agent has an inbox; give them one in pipeline.agents');
    const objection = to === null ? null : objectionToGiving(deps, to);
    if (objection !== null && answers === undefined) return objection;
    let words = text;
    let keptUntil: number | undefined;
    if (to !== null && answers !== undefined) {
      const word = { order: order.id, by, answer: text, answeredAt: deps.clock.now() };
      const given = await deps.questions.answer(to, answers, word);
      if (given.kind === 'refused') return refused(given.reason);
      if (objection !== null) ({ keptUntil } = given);
      words = `The answer to your question ${answers} (“${plainText(given.question, 200)}”): ${text}`;
    }
    const siblings = to === null ? receivers.map((agent) => messageId(order.id, agent)) : [];
    const asked = askedBy(order, replyTo, siblings);
    for (const agent of receivers) {
      const gas = toMessage(words, { id: order.id, by, to: agent, createdAt: deps.clock.now(), answers });
      await deps.ledger.once(newDelivery(gas, `written by ${by}`, { asked, keptUntil }));
    }
    if (objection !== null && to !== null && answers !== undefined) await recordFetched(deps, to, answers);
    return delivering;
  };
}
