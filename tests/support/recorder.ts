// A logger that keeps its lines, for tests of what an operator finds in the log.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Logger } from '../../src/core/logger.ts';

/** What each line was given, oldest first. */
export function createRecorder(): { readonly logger: Logger; readonly lines: readonly unknown[] } {
  const lines: unknown[] = [];
  const flow = new AsyncLocalStorage<object>();
  const write = (...[line]: readonly unknown[]) =>
    void lines.push(typeof line === 'object' ? { ...flow.getStore(), ...line } : line);
  const logger: Logger = {
    ...{ debug: write, info: write, warn: write, error: write },
    child: () => logger,
    within: (bindings, work) => flow.run({ ...flow.getStore(), ...bindings }, work),
  };
  return { logger, lines };
}
