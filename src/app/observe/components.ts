// What happens to the parts of a process, in its log and in its figures.
import type { Meter } from '../../contracts/metrics.ts';
import { countFault } from '../../contracts/metrics.ts';
import type { Logger } from '../../core/logger.ts';
import type { ComponentEvent } from '../../core/supervisor.ts';
import { logComponent } from '../component-log.ts';

export function observeComponent(logger: Logger, meter: Meter, event: ComponentEvent): void {
  logComponent(logger, event);
  const { component } = event;
  if (event.event === 'restarting') meter.count('component_restarts_total', { component });
  if (event.event === 'failed') countFault(meter, event.error.kind);
}
