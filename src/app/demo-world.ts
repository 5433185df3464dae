// The demo world as a companion process of the platform: adopted after a crash, started again when it dies.
import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { EmbeddedServer } from '../core/servers/index.ts';

export interface DemoWorldProcess {
  readonly home: string;
  readonly rabbitUrl: string;
  /** How to run our own CLI: program and leading arguments. */
  readonly cli: readonly [string, ...string[]];
  readonly searchPath: string;
}

/** Creates the companion; nothing runs before `start()`. */
export function createDemoWorld(
  deps: { readonly clock: Clock; readonly logger: Logger },
  { home, rabbitUrl, cli, searchPath }: DemoWorldProcess,
): EmbeddedServer {
  const [program, ...leading] = cli;
  return new EmbeddedServer(
    {
      name: 'demo-world',
      hard: false,
      program,
      readyTimeoutMs: 10_000,
      prepare: () =>
        Promise.resolve({
          args: [...leading, 'demo', 'world'],
          env: { PATH: searchPath, SWARMLINE_HOME: home, RABBITMQ_URL: rabbitUrl },
        }),
      // It shows by its effects (files, messages) whether it plays; alive is all that its parent needs to know.
      probe: () => Promise.resolve(),
    },
    deps,
    join(home, 'demo-world'),
  );
}
