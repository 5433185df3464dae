// Opens what a process is observed with: its metrics, its faults, and the tracer that its configuration asks for.
import { metricCatalogue, metricsPrefix, type PlatformMetrics } from '../../contracts/metrics.ts';
import { Faults } from '../../core/faults.ts';
import type { Logger } from '../../core/logger.ts';
import { createMetrics } from '../../core/metrics/index.ts';
import { type OpenTracer, openTracer } from '../../core/tracing/index.ts';
import type { Config } from '../config.ts';

export interface Observation {
  readonly metrics: PlatformMetrics;
  /** Where faults are noted; alerts and metrics listen. */
  readonly faults: Faults;
  readonly tracer: OpenTracer;
}

export interface ObservedProcess {
  readonly instance: string;
  readonly version: string;
}

export async function openObservation(
  { config, logger }: { readonly config: Config; readonly logger: Logger },
  { instance, version }: ObservedProcess,
): Promise<Observation> {
  const metrics = createMetrics(metricCatalogue, { prefix: metricsPrefix });
  metrics.collect((set) => set('build_info', { version, node: process.versions.node }, 1));
  const faults = new Faults();
  faults.listen(({ kind }) => metrics.count('errors_total', { code: kind.code, class: kind.class }));
  const { endpoint } = config.tracing;
  return {
    metrics,
    faults,
    tracer: await openTracer({ logger }, { endpoint, service: 'swarmline', version, instance }),
  };
}
