// The watch over all agents: has each judged, stores the judgement and does what it asks for. Stored first, done after:
// what a crash leaves undone is owed, and done at the next look if it is still wanted. It writes nothing it watches.
import { domainErrors } from '../../contracts/errors.ts';
import type { Clock } from '../../core/clock.ts';
import { errorText, SwarmError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { Held } from '../records.ts';
import type { GasStore } from '../store.ts';
import { makeEvidence } from './evidence.ts';
import { type GatherDeps, type GatherOptions, gather, type Look, meantBy } from './gather.ts';
import { judge } from './judge.ts';
import type { Performed } from './perform.ts';
import { newWatch, type StallEffect, type TakeOver, type Watch } from './record.ts';
import type { WatchStore } from './store.ts';
import { isUneventful, isWritten, type Uneventful, writeDown } from './uneventful.ts';

export interface StallWatchDeps extends Omit<GatherDeps, 'evidence'> {
  readonly store: GatherDeps['store'] & Pick<GasStore, 'delivery'>;
  readonly watches: WatchStore;
  readonly perform: (watch: Watch, effect: StallEffect) => Promise<Performed>;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

export interface StallWatch {
  /** One look at every agent; one that fails does not keep the others back, and the first failure is thrown after. */
  look(): Promise<void>;
}

/** One look at all. */
interface Round {
  /** What is given or offered at it. */
  readonly given: TakeOver[];
  /** Those of whom no more is to be done than to write down what was seen. */
  readonly uneventful: Uneventful[];
}

/** Creates the watch; each `look` is one round, made by the sweep. */
export function createStallWatch(deps: StallWatchDeps, options: GatherOptions): StallWatch {
  const { store, watches, perform, clock, logger } = deps;
  const { stall } = options;
  const evidence = makeEvidence();

  /** Resolves to what this agent gives or offers. */
  async function lookAt(
    { agent, facts: told, takeOvers, known }: Look,
    { given, uneventful }: Round,
  ): Promise<readonly TakeOver[]> {
    const now = clock.now();
    const seen = { ...told, takeOvers: takeOvers(given) };
    const remembered = known ?? newWatch(agent, now, stall.bootGraceMs);
    const judged = judge(remembered, seen, now, stall);
    if (isUneventful(remembered, judged)) {
      if (known === null || !isWritten(known, judged.watch, now)) uneventful.push({ agent, facts: seen });
      return meantBy(known);
    }
    const held = await watches.one(agent);
    const before = held.value ?? newWatch(agent, now, stall.bootGraceMs);
    const begun = await begunOf(store, before);
    const facts = begun.length === 0 ? seen : { ...seen, begun };
    const { watch, effects } = judge(before, facts, now, stall);
    const next = effects.length === 0 ? watch : { ...watch, owed: [...watch.owed, ...effects] };
    const saved = await watches.save(held, next);
    // Null: somebody else looked at the same time, and does what comes of it.
    if (saved?.value) await settle({ ...saved, value: saved.value });
    return meantBy(next);
  }

  /** An effect is owed until it is done, or not wanted any more; a kill in between has it done again, under the same id. */
  async function settle(held: Held<Watch> & { readonly value: Watch }): Promise<void> {
    const { value } = held;
    if (value.owed.length === 0) return;
    const left: StallEffect[] = [];
    let { given } = value;
    for (const effect of value.owed) {
      try {
        // What was refused lies there still, and the next look finds it.
        if ((await perform(value, effect)) === 'given') given += 1;
      } catch (thrown) {
        left.push(effect);
        logger.warn({ agent: value.agent, effect: effect.kind, error: errorText(thrown) }, 'not done yet');
      }
    }
    await watches.save(held, { ...value, given, owed: left });
  }

  return {
    look: async () => {
      const round: Round = { given: [], uneventful: [] };
      const results: PromiseSettledResult<unknown>[] = [];
      for (const one of await gather({ ...deps, evidence }, options, clock.now())) {
        const [result] = await Promise.allSettled([lookAt(one, round)]);
        results.push(result);
        if (result.status === 'fulfilled') round.given.push(...result.value);
      }
      results.push(...(await writeDown(deps, round.uneventful, stall)));
      const failed = results.find(isWorthTelling);
      if (failed) throw failed.reason;
    },
  };
}

/** As Facts: a gift that stops half way has its gas taken back, and the rest of it to come. */
async function begunOf(store: Pick<GasStore, 'delivery'>, { owed }: Watch): Promise<string[]> {
  const begun: string[] = [];
  for (const effect of owed) {
    if (effect.kind !== 'reassign') continue;
    const { delivery: id } = effect.takeOver;
    const held = await store.delivery(id).catch(unlessUnreadable);
    if (held?.value?.state === 'rerouted') begun.push(id);
  }
  return begun;
}

/** A record that cannot be read concerns its agent alone, and its reader has logged it. */
function isWorthTelling(result: PromiseSettledResult<unknown>): result is PromiseRejectedResult {
  return result.status === 'rejected' && !isUnreadable(result.reason);
}

function unlessUnreadable(thrown: unknown): null {
  if (isUnreadable(thrown)) return null;
  throw thrown;
}

function isUnreadable(thrown: unknown): boolean {
  return thrown instanceof SwarmError && thrown.kind === domainErrors.recordUnreadable;
}
