// Traces, as the rest of the program sees them: spans around work, and the W3C traceparent that joins what happens in
// another process. Which library makes them, and whether any does, is not known here.

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  readonly kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  /** What is told of it: names and ids, never an argument, a text of a person or a secret. */
  readonly attributes?: Attributes;
  /** The traceparent of what led here; default: the span that is active. */
  readonly parent?: string | undefined;
  /** Whether it is worth telling only as a part of something; then it is no span where nothing led here. */
  readonly onlyWithin?: boolean;
}

export interface Span {
  /** For whatever it leads to; undefined where nothing is traced. */
  readonly traceparent: string | undefined;
  set(attributes: Attributes): void;
  /** It did not succeed; `reason` is a code or a state. */
  fail(reason: string): void;
  /** For a span that was begun by `start`. */
  end(): void;
}

export interface Tracer {
  /** Runs `work` inside a span that ends with it; what it throws fails the span by its code. */
  span<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T>;
  /** Begins a span that ends later, by `end`; it is never the active one. */
  start(name: string, options: SpanOptions): Span;
  /** The traceparent of the active span. */
  current(): string | undefined;
}

export interface TracingOptions {
  /** Base of an OTLP/HTTP collector; absent: nothing is traced. */
  readonly endpoint?: string | undefined;
  /** What the process is called in traces. */
  readonly service: string;
  readonly version: string;
  /** Which of several such processes it is. */
  readonly instance: string;
}

/** A tracer that must be closed, or its last spans are lost. */
export interface OpenTracer extends Tracer {
  /** Sends what is left, within two seconds. */
  close(): Promise<void>;
}

/** The span where nothing is traced. */
export const noSpan: Span = {
  traceparent: undefined,
  set: () => undefined,
  fail: () => undefined,
  end: () => undefined,
};

/** The tracer where tracing is off. */
export const silentTracer: OpenTracer = {
  span: (_name, _options, work) => work(noSpan),
  start: () => noSpan,
  current: () => undefined,
  close: () => Promise.resolve(),
};

const form = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Whether a text is a W3C traceparent of version 00; https://www.w3.org/TR/trace-context/#traceparent-header */
export function isTraceparent(text: unknown): text is string {
  return typeof text === 'string' && form.test(text);
}
