// The section of the configuration that gives the probes a port of their own.
import { z } from 'zod';

/** Section `health`. A process without the role `api` has probes only where `port` is set. */
export const healthConfigSchema = z.strictObject({
  /** Absent: the probes are on the port of the api. */
  port: z.number().int().min(1).max(65_535).optional(),
  /** The address to listen on; an orchestrator probes from outside. */
  host: z.string().min(1).default('127.0.0.1'),
});
