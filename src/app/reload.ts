// Hot reload: a changed file becomes a new configuration, or is refused and the last good one stays. What came of each
// changed key is told: live, component restarted, needs a process restart.
import { isDeepStrictEqual } from 'node:util';
import { schemaKeys } from '../core/config/schema-keys.ts';
import { type Path, valueAt } from '../core/config/tree.ts';
import { errorText } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { Secret } from '../core/secret.ts';
import { type Config, configSchema, type LoadedConfig } from './config.ts';
import { type ReloadClass, reloadClasses } from './reload-classes.ts';

export interface ReloadDeps {
  readonly logger: Logger;
  readonly load: () => Promise<LoadedConfig>;
  /** Brings what is live into force. */
  readonly applyLive: (config: Config) => Promise<void>;
  /** Makes the next start of a component read this. */
  readonly settle: (config: Config) => void;
  readonly restart: (component: string) => Promise<void>;
  /** One line for people. */
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
  const tellKey = (key: string, result: string) => {
    deps.logger.info({ key, result }, 'configuration changed');
    deps.tell(`configuration: ${key}: ${result}`);
  };
  const bringIntoForce = async (next: Config) => {
    const changes = changedKeys(present, next).map((key) => ({ key, how: wayOf(key, running, next) }));
    deps.settle(next);
    present = next;
    await deps.applyLive(next);
    for (const { key, how } of changes) if (typeof how === 'string') tellKey(key, how);
    const parts = changes.flatMap(({ key, how }) => (typeof how === 'string' ? [] : [{ key, ...how }]));
    for (const component of new Set(parts.map((part) => part.component))) {
      const result = await deps.restart(component).then(
        () => `component restarted: ${component}`,
        (thrown: unknown) => `component ${component} did not restart: ${errorText(thrown)}`,
      );
      for (const part of parts) if (part.component === component) tellKey(part.key, result);
    }
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
    const same = equal(valueAt(running, path), valueAt(next, path));
    return same ? 'is again as the process was started' : 'needs process restart';
  }
  if (how === 'live') return how;
  // A surface that was off has no component; one whose token is gone would start into nothing.
  const isOff = (config: Config) => valueAt(config, [how.component, 'token']) === undefined;
  return isOff(running) || isOff(next) ? 'needs process restart' : how;
}

function changedKeys(before: Config, after: Config): string[] {
  const keys = schemaKeys(configSchema).map(({ path }) => path);
  return keys
    .filter((path: Path) => !equal(valueAt(before, path), valueAt(after, path)))
    .map((path) => path.join('.'));
}

function equal(a: unknown, b: unknown): boolean {
  if (a instanceof Secret && b instanceof Secret) return a.equals(b);
  return isDeepStrictEqual(a, b);
}
