// The section of the flow of orders in the configuration: what is kept, and how much of it.
import { z } from 'zod';

export const flowConfigSchema = z.strictObject({
  /** Orders that this process keeps on disk while Redis is away; more are refused. */
  outboxOrders: z.coerce.number().int().min(1).max(1_000_000).default(10_000),
  /** Of all of them together, bytes. */
  outboxBytes: z.coerce.number().int().min(1_000).default(33_554_432),
});
export type FlowConfig = z.infer<typeof flowConfigSchema>;
