// The tracer over OpenTelemetry. It registers nothing globally: what is active is kept here, so that two of them in one
// process (in tests, say) do not mix.
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  ROOT_CONTEXT,
  type Span as OtelSpan,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { toSwarmError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { createExporter } from './exporter.ts';
import {
  isTraceparent,
  noSpan,
  type OpenTracer,
  type Span,
  type SpanOptions,
  type TracingOptions,
} from './tracer.ts';

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const;

/** Creates it; spans are sent in batches from now on. */
export function createOtelTracer(
  { logger }: { readonly logger: Logger },
  { endpoint, service, version, instance }: TracingOptions & { readonly endpoint: string },
): OpenTracer {
  const provider = new NodeTracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({
        'service.name': service,
        'service.version': version,
        'service.instance.id': instance,
      }),
    ),
    spanProcessors: [new BatchSpanProcessor(createExporter(logger, endpoint))],
  });
  const tracer = provider.getTracer('swarmline', version);
  const active = new AsyncLocalStorage<OtelSpan>();
  const begin = (name: string, options: SpanOptions): OtelSpan | null => {
    const parent = parentOf(options.parent, active.getStore());
    if (options.onlyWithin && parent === ROOT_CONTEXT) return null;
    const { kind, attributes = {} } = options;
    return tracer.startSpan(name, { kind: kinds[kind], attributes: { ...attributes } }, parent);
  };
  return {
    span: async (name, options, work) => {
      const span = begin(name, options);
      if (!span) return work(noSpan);
      const face = faceOf(span);
      try {
        const { traceId } = span.spanContext();
        return await active.run(span, () => logger.within({ traceId }, () => work(face)));
      } catch (thrown) {
        face.fail(toSwarmError(thrown).code);
        throw thrown;
      } finally {
        span.end();
      }
    },
    start: (name, options) => {
      const span = begin(name, options);
      return span ? faceOf(span) : noSpan;
    },
    current: () => {
      const span = active.getStore();
      return span && toTraceparent(span.spanContext());
    },
    // What cannot be sent any more was logged by the exporter.
    close: () => provider.shutdown().catch(() => undefined),
  };
}

function faceOf(span: OtelSpan): Span {
  return {
    traceparent: toTraceparent(span.spanContext()),
    set: (attributes) => void span.setAttributes({ ...attributes }),
    // A code alone: messages may quote what nobody should read in a collector.
    fail: (reason) => {
      span.setAttribute('error.type', reason);
      span.setStatus({ code: SpanStatusCode.ERROR, message: reason });
    },
    end: () => span.end(),
  };
}

function parentOf(given: string | undefined, span: OtelSpan | undefined): Context {
  if (isTraceparent(given)) return trace.setSpanContext(ROOT_CONTEXT, toSpanContext(given));
  return span ? trace.setSpan(ROOT_CONTEXT, span) : ROOT_CONTEXT;
}

function toSpanContext(traceparent: string): SpanContext {
  const [, traceId = '', spanId = '', flags = '00'] = traceparent.split('-');
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

function toTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
