// How each restart ended: in its span, in the log and in the figures. Only `ready` is a success, and nothing else is
// dressed up as one.
import type { ServiceControl } from '../../contracts/ports.ts';
import type { Meter } from '../../contracts/metrics.ts';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import type { Tracer } from '../../core/tracing/index.ts';

export interface ObserveDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter: Meter;
  readonly tracer: Tracer;
}

/** The same control, observed. */
export function observeRestarts(control: ServiceControl, deps: ObserveDeps): ServiceControl {
  const { clock, logger, meter, tracer } = deps;
  return {
    ...control,
    restart: (order, onProgress, signal) => {
      const { service } = order;
      const attributes = { 'swarmline.service': service, 'swarmline.order': order.id };
      return tracer.span('restart service', { kind: 'internal', attributes }, async (span) => {
        const ended = await control.restart(order, onProgress, signal);
        const { outcome: end } = ended;
        const seconds = Math.max(0, clock.now() - order.issuedAt) / 1_000;
        meter.count('restarts_total', { outcome: end.state });
        meter.observe('restart_duration_seconds', { outcome: end.state }, seconds);
        span.set({ 'swarmline.outcome': end.state });
        // `sent` is what a hub without acknowledgements can tell at best: no success, and no failure that is known.
        if (end.state !== 'ready' && end.state !== 'sent') span.fail(end.state);
        const reason = end.state === 'ready' ? {} : { reason: end.reason };
        logger.info({ service, outcome: end.state, seconds, ...reason }, 'a restart has ended');
        return ended;
      });
    },
  };
}
