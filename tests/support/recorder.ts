// A logger that keeps its lines, for tests of what an operator finds in the log.
import type { Logger } from '../../src/core/logger.ts';

/** What each line was given, oldest first. */
export function createRecorder(): { readonly logger: Logger; readonly lines: readonly unknown[] } {
  const lines: unknown[] = [];
  const write = (...[line]: readonly unknown[]) => void lines.push(line);
  const logger: Logger = {
    ...{ debug: write, info: write, warn: write, error: write },
    child: () => logger,
    within: (_bindings, work) => work(),
  };
  return { logger, lines };
}
