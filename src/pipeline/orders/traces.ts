// What an order has left behind, for whoever runs its job again when its time is over. It changes nothing.
import type { SwarmTraces } from '../../contracts/swarm-orders.ts';
import { aheadId, checkpointGasId, messageId, replacementId } from '../gas.ts';
import type { PauseWord } from '../run.ts';
import type { OrderDeps } from './deps.ts';
import { givenUpBefore, skippedBy } from './give-up.ts';
import { resumedBy } from './resumed.ts';

export function makeTraces({
  store,
  agents,
  questions,
}: Pick<OrderDeps, 'store' | 'agents' | 'questions'>): SwarmTraces {
  return {
    began: async ({ id, at }, body) => {
      // What somebody has learned is as true an hour later, and the same order is the same learning.
      if ('learning' in body) return true;
      if ('answers' in body && body.to !== null && body.answers !== undefined) {
        return (await questions.given(body.to, body.answers))?.order === id;
      }
      if ('held' in body && body.held === 'skip') {
        // Taken out before the word is given, so without it there may be these.
        const word = { by: body.by, at, agents: body.agent === null ? agents : [body.agent] };
        if ((await resumedBy({ store }, word)).skipped.length > 0) return true;
      }
      const runs = (await store.runs(agents)).values.filter((run) => run !== null);
      if ('checkpoint' in body) {
        const what = { ...body, detail: skippedBy(body.by, body.reason), at };
        if ((await givenUpBefore({ store }, what)).length > 0) return true;
        if (body.delivery !== undefined) return false;
        // Its delivery bears no name of the order; skipped by whomever, there is nothing left that could come too late.
        const run = runs.find(({ agent }) => agent === body.agent);
        if (!run) return false;
        const ids = agents.map((to) => checkpointGasId(run, body.checkpoint, to));
        return (await store.deliveries(ids)).values.some((delivery) => delivery?.state === 'suppressed');
      }
      const made = [
        replacementId(id),
        ...agents.flatMap((agent) => [aheadId(id, agent), messageId(id, agent)]),
      ];
      const found = (await store.deliveries(made)).values;
      // A later word hides whether this one was ever given, and counts for none: it must not be given an hour late.
      return (
        found.some((delivery) => delivery !== null) || runs.some(({ word }) => isWord(word, at, body.by))
      );
    },
  };
}

function isWord(word: PauseWord | null, at: number, by: string): boolean {
  return word?.at === at && word.by === by;
}
