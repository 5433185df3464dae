// What happens to the parts of a process, in its log, in its figures, and among its faults.
import type { Meter } from '../../contracts/metrics.ts';
import type { FaultSink } from '../../core/faults.ts';
import type { Logger } from '../../core/logger.ts';
import type { ComponentEvent } from '../../core/supervisor.ts';
import { noteComponent } from '../component-log.ts';

export interface ObserveDeps {
  readonly logger: Logger;
  readonly faults: FaultSink;
  readonly metrics: Meter;
}

export function observeComponent({ logger, faults, metrics }: ObserveDeps, event: ComponentEvent): void {
  noteComponent({ logger, faults }, event);
  const { component } = event;
  if (event.event === 'restarting') metrics.count('component_restarts_total', { component });
}
