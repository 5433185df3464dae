// The files of the chain while it is in force: taken again when it is saved, or refused while the last good one stays. What
// the chain says is the pipeline's.
import { isDeepStrictEqual } from 'node:util';
import type { Refusal } from '../access/index.ts';
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/errors.ts';
import { loadChain, missionFiles, type Pipeline } from '../pipeline/index.ts';
import type { Config } from './config.ts';

/** What it needs. */
export interface LiveChainDeps {
  readonly pipeline: Pick<Pipeline, 'rechain'> & { readonly schedule: Pick<Pipeline['schedule'], 'name'> };
  readonly config: {
    readonly pipeline: Pick<Config['pipeline'], 'chainFile'> & {
      readonly agents: readonly Pick<Config['pipeline']['agents'][number], 'id'>[];
    };
  };
  readonly clock: Pick<Clock, 'now'>;
}

/** A chain that can be read again. */
export interface LiveChain {
  /** Null while the chain in force is that of the file. */
  readonly refused: Refusal | null;
  /** The files of its missions, as the chain named them when it was read last. */
  readonly files: readonly string[];
  /**
   * Takes the chain as its file says now; resolves to why it was refused, or to null. Schedules come into force with a start
   * of the part that keeps them, which `restart` asks for.
   */
  reload(restart: (component: string) => Promise<void>): Promise<string | null>;
}

/** Takes nothing before `reload`: the pipeline has begun with a sound chain. */
export async function createLiveChain({ pipeline, config, clock }: LiveChainDeps): Promise<LiveChain> {
  const { chainFile, agents } = config.pipeline;
  let refused: Refusal | null = null;
  let files = await missionFiles(chainFile);
  const take = async () => {
    const chain = await loadChain(
      chainFile,
      agents.map(({ id }) => id),
    );
    const before = pipeline.rechain(chain);
    refused = null;
    files = await missionFiles(chainFile);
    return !isDeepStrictEqual(before.schedules, chain.schedules);
  };
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
    reload: async (restart) => {
      try {
        if (!(await take())) return null;
      } catch (thrown) {
        return refuse(thrown);
      }
      return restart(pipeline.schedule.name).then(() => null, errorText);
    },
  };
}
