// Hot reload: a changed file becomes a new configuration, or is refused and the last good one stays. What came of each
// changed key is told: live, component restarted, needs a process restart.
import { changesOf, isEqual } from '../core/config/changes.ts';
import { valueAt } from '../core/config/tree.ts';
import { errorText } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { type Config, configSchema, type LoadedConfig } from './config.ts';
import { type ReloadClass, reloadClasses } from './reload-classes.ts';
import { type Outcome, outcomeLine, type ReloadNews } from './reload-news.ts';

export interface ReloadDeps {
  readonly logger: Logger;
  readonly load: () => Promise<LoadedConfig>;
  /** Brings what is live into force. */
  readonly applyLive: (config: Config) => Promise<void>;
  /** Makes the next start of a component read this. */
  readonly settle: (config: Config) => void;
  readonly restart: (component: string) => Promise<void>;
  /** Who else learns of it, and before it is in force. */
  readonly news: ReloadNews;
  /** One line for whoever looks at this process. */
  readonly tell: (line: string) => void;
}

export interface Reloader {
  /** Takes what the files say now. Never throws; calls must not overlap. */
  reload(): Promise<void>;
}

/** Creates what brings changes into force. @param started what the process was started with */
export function createReloader(started: Pick<LoadedConfig, 'config' | 'demo'>, deps: ReloadDeps): Reloader {
  const running = started.config;
  let present = running;
  let refusal = '';
  const refuse = (why: string) => {
    if (why === refusal) return;
    refusal = why;
    deps.logger.error({ why }, 'a changed configuration was refused; the last good one stays');
    deps.tell(`configuration: refused, the last good one stays: ${why}`);
  };
  const bringIntoForce = async (next: Config) => {
    const changes = changesOf(configSchema, present, next).map((change) => ({
      change,
      how: wayOf(change.key, running, next),
    }));
    const outcomes: Outcome[] = [];
    const come = (outcome: Outcome) => {
      outcomes.push(outcome);
      deps.tell(`configuration: ${outcomeLine(outcome)}`);
    };
    await deps.news.begins(changes.map(({ change }) => change));
    deps.settle(next);
    present = next;
    await deps.applyLive(next);
    for (const { change, how } of changes) if (typeof how === 'string') come({ ...change, result: how });
    const parts = changes.flatMap(({ change, how }) => (typeof how === 'string' ? [] : [{ change, ...how }]));
    for (const component of new Set(parts.map((part) => part.component))) {
      const result = await deps.restart(component).then(
        () => `component restarted: ${component}`,
        (thrown: unknown) => `component ${component} did not restart: ${errorText(thrown)}`,
      );
      for (const part of parts) if (part.component === component) come({ ...part.change, result });
    }
    await deps.news.came(outcomes);
  };
  return {
    reload: async () => {
      try {
        const { config, demo, localFile } = await deps.load();
        // Else a file that was emptied for a moment would put the demo world's rights into force.
        if (demo !== started.demo) return refuse(otherWorld(localFile, demo));
        refusal = '';
        await bringIntoForce(config);
      } catch (thrown) {
        refuse(errorText(thrown));
      }
    },
  };
}

function otherWorld(localFile: string, demo: boolean): string {
  return demo
    ? `${localFile} is empty or gone, which stands for the demo world; write it again`
    : `${localFile} is there now; to leave the demo world for it takes a process restart`;
}

type Way = Exclude<ReloadClass, 'process'> | string;

function wayOf(key: string, running: Config, next: Config): Way {
  const how = reloadClasses[key] ?? 'process';
  if (how === 'process') {
    const path = key.split('.');
    const same = isEqual(valueAt(running, path), valueAt(next, path));
    return same ? 'is again as the process was started' : 'needs process restart';
  }
  if (how === 'live') return how;
  // A surface that was off has no component; one whose token is gone would start into nothing.
  const isOff = (config: Config) => valueAt(config, [how.component, 'token']) === undefined;
  return isOff(running) || isOff(next) ? 'needs process restart' : how;
}
