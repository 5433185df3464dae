// Wires what is read again while the platform runs: the policy and the chain, and what people learn of it.
import { randomId } from '../../contracts/ids.ts';
import { type Changed, documentChanges } from '../../core/config/changes.ts';
import { errorText } from '../../core/errors.ts';
import { chatAddresses } from '../alerts/alerting.ts';
import { createReloadNews, outcomeLine, type ReloadNews } from '../reload-news.ts';
import type { Shared } from './shared.ts';

/** What is read again. Each resolves to why it was refused, or to null. */
export interface Reloads {
  readonly news: ReloadNews;
  /** Reads the policy again. */
  reloadPolicy(file: string): Promise<string | null>;
  /** Reads the chain again; schedules come into force with a start of the part that keeps them. */
  reloadChain(): Promise<string | null>;
}

type Sources = Pick<
  Shared,
  'config' | 'instance' | 'policy' | 'chain' | 'pipeline' | 'audit' | 'jobs' | 'clock' | 'logger'
>;

/** What it does beside reading. */
export interface ReloadEffects {
  /** Starts a component anew. */
  readonly restart: (component: string) => Promise<void>;
  /** One line for whoever looks at this process. */
  readonly tell: (line: string) => void;
}

/** Wires it; reads nothing yet. */
export function wireReload(shared: Sources, { restart, tell }: ReloadEffects): Reloads {
  const { config, instance, policy, chain, pipeline, audit, jobs, clock, logger } = shared;
  const to = config.alerts.chat ? chatAddresses(config).filter(({ surface }) => surface !== 'console') : [];
  const deps = { audit: audit.log, jobs, clock, logger, makeId: randomId };
  const news = createReloadNews(deps, { to, instance });
  const came = async (changes: readonly Changed[], result: string) => {
    const outcomes = changes.map((change) => ({ ...change, result }));
    for (const outcome of outcomes) tell(`configuration: ${outcomeLine(outcome)}`);
    await news.came(outcomes);
  };
  return {
    news,
    reloadPolicy: async (file) => {
      let changes: readonly Changed[] = [];
      const refused = await policy.reload(file, (before, after) => {
        changes = documentChanges('policy', before?.document ?? {}, after.document);
        return news.begins(changes);
      });
      await came(changes, 'live');
      return refused;
    },
    reloadChain: () =>
      chain.reload(async ({ before, next, reschedules }) => {
        const changes = documentChanges('chain', before, next);
        if (changes.length === 0) return;
        await news.begins(changes);
        pipeline.rechain(next);
        const { name } = pipeline.schedule;
        const failed = reschedules ? await restart(name).then(() => null, errorText) : null;
        await came(changes, failed === null ? 'live' : `component ${name} did not restart: ${failed}`);
      }),
  };
}
