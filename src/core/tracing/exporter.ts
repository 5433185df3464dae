// Sends spans to a collector over OTLP/HTTP, and says once when they cannot be sent, and once when they can again.
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import { errorText } from '../errors.ts';
import type { Logger } from '../logger.ts';

/** Longest time for one attempt with its repetitions, and so for the last one at the end, ms. */
const timeoutMillis = 2_000;
const sent = 0;

/** @param endpoint base of the collector */
export function createExporter(logger: Logger, endpoint: string): SpanExporter {
  const exporter = new OTLPTraceExporter({ url: tracesUrl(endpoint), timeoutMillis });
  let failing = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const failed = result.code !== sent;
        if (failed && !failing) {
          logger.warn(
            { error: errorText(result.error ?? 'refused') },
            'traces cannot be sent; they are dropped',
          );
        }
        if (!failed && failing) logger.info('traces are sent again');
        failing = failed;
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
  };
}

function tracesUrl(endpoint: string): string {
  return `${endpoint.replace(/\/+$/, '')}/v1/traces`;
}
