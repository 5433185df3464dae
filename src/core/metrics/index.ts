// Metrics for Prometheus, behind a face of our own.
export type { MetricCatalogue, Metrics, Scrape, SetGauge } from './catalogue.ts';
export { createMetrics } from './metrics.ts';
