// What the brain has to do with a hand-over: an agent's finished work becomes a learning, and what is known about the
// receiver's mission goes with its gas. Gas never waits for the brain: where that fails, it goes without.
import type { Learning } from '../../contracts/brain.ts';
import { learningLimit } from '../../contracts/brain.ts';
import { derivedId } from '../../contracts/ids.ts';
import { errorText } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import { plainText } from '../../core/text.ts';
import type { DeliverEffect } from '../machine.ts';
import type { Run } from '../run.ts';
import type { GasStore } from '../store.ts';
import { type Write, type WriterOptions, writeHandover } from '../words/writer.ts';
import type { Find, OpenBrain } from './brain.ts';

export interface WordsDeps {
  readonly brain: Pick<OpenBrain, 'note' | 'open'>;
  readonly store: Pick<GasStore, 'runs'>;
  readonly logger: Logger;
}

export interface WordsOptions extends WriterOptions {
  /** To whom an agent may hand over; of others nothing is looked up. */
  readonly receiversOf: (agent: string) => readonly string[];
  /** How many learnings go with a hand-over. */
  readonly inHandover: number;
}

/** Gets ready to write the hand-overs of one step: reads what is needed beside it, since the step itself is pure. */
export type Words = (run: Run, effects: readonly DeliverEffect[]) => Promise<Write>;

/** Makes the words of a pipeline. */
export function makeWords({ brain, store, logger }: WordsDeps, options: WordsOptions): Words {
  const { receiversOf, inHandover } = options;

  async function learn(run: Run, effects: readonly DeliverEffect[]): Promise<void> {
    const learning = learningOf(run, effects);
    if (learning === null) return;
    const outcome = await brain.note(learning);
    if (outcome.kind === 'refused') logger.info({ agent: run.agent, why: outcome.reason }, 'not learned');
  }

  /** Its own learnings are no news to an agent. */
  function recall(
    find: Find,
    missions: ReadonlyMap<string, string>,
  ): ReadonlyMap<string, readonly Learning[]> {
    return new Map(
      [...missions].map(([agent, mission]) => {
        const hits = find(mission, inHandover * 2);
        return [agent, hits.filter(({ author }) => author !== agent).slice(0, inHandover)];
      }),
    );
  }

  return async (run, effects) => {
    const without = (thrown: unknown) => {
      logger.warn({ agent: run.agent, error: errorText(thrown) }, 'gas goes without the brain');
      return null;
    };
    const receivers = receiversOf(run.agent);
    const [{ values }, find] = await Promise.all([
      store.runs(receivers),
      inHandover === 0 || receivers.length === 0 ? null : brain.open().catch(without),
    ]);
    const missions = new Map(
      values.flatMap((receiver) => {
        // At 100 % it is about to get another one, and what it was tells nothing.
        const name = receiver?.mission.name ?? null;
        if (receiver === null || name === null || receiver.percent === 100) return [];
        return [[receiver.agent, name] as const];
      }),
    );
    const known = find === null ? new Map<string, readonly Learning[]>() : recall(find, missions);
    await learn(run, effects).catch(without);
    return (handover) => {
      const { to } = handover;
      const background = { mission: missions.get(to) ?? null, learnings: known.get(to) ?? [] };
      return writeHandover(handover, background, options);
    };
  };
}

/** What an agent has done by 100 %, under an id that its mission has; null when it left nothing. */
function learningOf(
  { agent, mission: { name, epoch, epochAt }, readAt }: Run,
  effects: readonly DeliverEffect[],
): Learning | null {
  const end = effects.find(({ checkpoint }) => checkpoint === 100);
  if (!end || end.done.length === 0) return null;
  const text = end.done.map((task) => `- ${plainText(task, 300)}`).join('\n');
  return {
    id: derivedId('brain.handover', agent, String(epoch), String(epochAt)),
    author: agent,
    mission: plainText(name ?? '', 200),
    tags: ['hand-over'],
    text: text.slice(0, learningLimit),
    at: Math.floor(readAt ?? epochAt),
  };
}
