// The files of the chain while it is in force: taken again when it is saved, or refused while the last good one stays. What
// the chain says is the pipeline's.
import { isDeepStrictEqual } from 'node:util';
import type { Refusal } from '../access/index.ts';
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/errors.ts';
import { type Chain, inboxlessOf, loadChain, missionFiles, type Pipeline } from '../pipeline/index.ts';
import type { Config } from './config.ts';

/** What it needs. */
export interface LiveChainDeps {
  readonly pipeline: Pick<Pipeline, 'chain'>;
  readonly config: {
    readonly pipeline: Pick<Config['pipeline'], 'chainFile'> & {
      readonly agents: readonly Pick<Config['pipeline']['agents'][number], 'id' | 'inbox'>[];
    };
  };
  readonly clock: Pick<Clock, 'now'>;
}

/** The chain in force, and what its file says now. */
export interface ChainChange {
  readonly before: Chain;
  readonly next: Chain;
  /** Whether the part that keeps the schedules has to start anew. */
  readonly reschedules: boolean;
}

/** A chain that can be read again. */
export interface LiveChain {
  /** Null while the chain in force is that of the file. */
  readonly refused: Refusal | null;
  /** The files of its missions, as the chain named them when it was read last. */
  readonly files: readonly string[];
  /** Reads its files again and has a sound chain taken; resolves to why it was refused, or to null. */
  reload(take: (change: ChainChange) => Promise<void>): Promise<string | null>;
}

/** Takes nothing before `reload`: the pipeline has begun with a sound chain. */
export async function createLiveChain({ pipeline, config, clock }: LiveChainDeps): Promise<LiveChain> {
  const { chainFile, agents } = config.pipeline;
  let refused: Refusal | null = null;
  let files = await missionFiles(chainFile);
  const read = () =>
    loadChain(
      chainFile,
      agents.map(({ id }) => id),
      { inboxless: inboxlessOf(agents) },
    );
  const refuse = async (thrown: unknown) => {
    // It may be refused for a file that is not there yet.
    const named = await missionFiles(chainFile);
    if (named.length > 0) files = named;
    const why = errorText(thrown);
    refused = { why, since: refused?.since ?? clock.now() };
    return why;
  };
  return {
    get files() {
      return files;
    },
    get refused() {
      return refused;
    },
    reload: async (take) => {
      let next: Chain;
      try {
        next = await read();
      } catch (thrown) {
        return refuse(thrown);
      }
      const before = pipeline.chain();
      await take({ before, next, reschedules: !isDeepStrictEqual(before.schedules, next.schedules) });
      refused = null;
      files = await missionFiles(chainFile);
      return null;
    },
  };
}
