// What happens to the parts of a process, as lines of its log and as faults.
import type { FaultSink } from '../core/faults.ts';
import type { Logger } from '../core/logger.ts';
import type { ComponentEvent } from '../core/supervisor.ts';

/** Logs one event, and notes what a part failed with; a brake opens because of a failure that was noted before it. */
export function noteComponent(
  { logger, faults }: { readonly logger: Logger; readonly faults: FaultSink },
  event: ComponentEvent,
): void {
  if (event.event === 'failed') faults.fault(event.error, `part ${event.component}`);
  logComponent(logger, event);
}

// A first start and an orderly stop are everyday, and only seen at level debug.
function logComponent(logger: Logger, event: ComponentEvent): void {
  const { component } = event;
  switch (event.event) {
    case 'failed': {
      const { error, retryInMs } = event;
      const facts = { component, code: error.code, error: error.message, retryInMs };
      if (event.hard) logger.error(facts, 'a part failed');
      else logger.warn(facts, 'a part failed');
      return;
    }
    case 'braked':
      logger.error(
        { component, crashes: event.crashes, error: event.error.message },
        `a part crashed in a loop and is not started any more; when it is mended: ${resetLine(component)}`,
      );
      return;
    case 'ready':
      if (event.restarts > 0) logger.info({ component, restarts: event.restarts }, 'a part is back');
      else logger.debug({ component }, 'a part is ready');
      return;
    case 'restarting':
      logger.info({ component }, 'a part is started again');
      return;
    case 'reset':
      logger.info({ component }, 'the brake of a part is closed');
      return;
    case 'stopped':
      logger.debug({ component }, 'a part has stopped');
  }
}

/** What a person types to close a brake. */
export function resetLine(component: string): string {
  return `swarmline service reset ${component}`;
}
