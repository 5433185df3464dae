// Tracing, behind a face of our own; nothing of a library is loaded before `openTracer` is asked for an endpoint.
export { openTracer } from './open.ts';
export {
  type Attributes,
  isTraceparent,
  type OpenTracer,
  type Span,
  silentTracer,
  type Tracer,
} from './tracer.ts';
