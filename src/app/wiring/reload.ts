// Wires what is read again while the platform runs: the policy and the chain, and what people learn of it.
import { isDeepStrictEqual } from 'node:util';
import { randomId } from '../../contracts/ids.ts';
import { documentChanges } from '../../core/config/changes.ts';
import { errorText } from '../../core/errors.ts';
import { loadChain } from '../../pipeline/index.ts';
import { chatAddresses } from '../alerts/alerting.ts';
import { createReloadNews, type ReloadNews } from '../reload-news.ts';
import type { Shared } from './shared.ts';

/** What is read again. Each resolves to why it was refused, or to null. */
export interface Reloads {
  readonly news: ReloadNews;
  reloadPolicy(file: string): Promise<string | null>;
  /** Schedules come into force with a start of the part that keeps them. */
  reloadChain(): Promise<string | null>;
}

type Sources = Pick<
  Shared,
  'config' | 'instance' | 'policy' | 'pipeline' | 'audit' | 'jobs' | 'clock' | 'logger'
>;

/** @param restart starts a component anew */
export function wireReload(shared: Sources, restart: (component: string) => Promise<void>): Reloads {
  const { config, instance, policy, pipeline, audit, jobs, clock, logger } = shared;
  const to = config.alerts.chat ? chatAddresses(config).filter(({ surface }) => surface !== 'console') : [];
  const deps = { audit: audit.log, jobs, clock, logger, makeId: randomId };
  const news = createReloadNews(deps, { to, instance });
  const { chainFile, agents } = config.pipeline;
  const loadAgain = () =>
    loadChain(
      chainFile,
      agents.map(({ id }) => id),
    );
  return {
    news,
    reloadPolicy: async (file) => {
      let changes: ReturnType<typeof documentChanges> = [];
      const refused = await policy.reload(file, (before, after) => {
        changes = documentChanges('policy', before?.document ?? {}, after.document);
        return news.begins(changes);
      });
      await news.came(changes.map((change) => ({ ...change, result: 'live' })));
      return refused;
    },
    reloadChain: async () => {
      const read = await loadAgain().catch(errorText);
      if (typeof read === 'string') return read;
      const before = pipeline.chain();
      const changes = documentChanges('chain', before, read);
      if (changes.length === 0) return null;
      await news.begins(changes);
      pipeline.rechain(read);
      const again = isDeepStrictEqual(before.schedules, read.schedules)
        ? null
        : await restart(pipeline.schedule.name).then(() => null, errorText);
      const result =
        again === null ? 'live' : `component ${pipeline.schedule.name} did not restart: ${again}`;
      await news.came(changes.map((change) => ({ ...change, result })));
      return null;
    },
  };
}
