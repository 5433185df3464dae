// Opens what a process is observed with: its metrics, and the tracer that its configuration asks for.
import { metricCatalogue, metricsPrefix, type PlatformMetrics } from '../../contracts/metrics.ts';
import type { Logger } from '../../core/logger.ts';
import { createMetrics } from '../../core/metrics/index.ts';
import { type OpenTracer, openTracer } from '../../core/tracing/index.ts';
import type { Config } from '../config.ts';

export interface Observation {
  readonly metrics: PlatformMetrics;
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
  const { endpoint } = config.tracing;
  return {
    metrics,
    tracer: await openTracer({ logger }, { endpoint, service: 'swarmline', version, instance }),
  };
}
