// The section of the configuration that says where traces go.
import { z } from 'zod';

export const tracingConfigSchema = z.strictObject({
  /** Base of an OTLP/HTTP collector, to which `/v1/traces` is added; absent: nothing is traced, and it costs nothing. */
  endpoint: z.url({ protocol: /^https?$/, error: 'a URL such as http://127.0.0.1:4318' }).optional(),
});
