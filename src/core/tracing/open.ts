// Opens the tracer that the configuration asks for. Without an endpoint no library is loaded.
import type { Logger } from '../logger.ts';
import { type OpenTracer, silentTracer, type TracingOptions } from './tracer.ts';

/** Resolves when the library is loaded; it does not wait for the collector. */
export async function openTracer(
  deps: { readonly logger: Logger },
  options: TracingOptions,
): Promise<OpenTracer> {
  const { endpoint } = options;
  if (endpoint === undefined || endpoint === '') return silentTracer;
  const { createOtelTracer } = await import('./otel.ts');
  return createOtelTracer(deps, { ...options, endpoint });
}
