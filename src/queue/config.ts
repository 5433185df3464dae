// The section of the flow of orders in the configuration: what is kept, and how much of it.
import { z } from 'zod';

export const flowConfigSchema = z.strictObject({
  /** Open jobs of one queue; more are refused. */
  capacity: z.number().int().min(1).max(1_000_000).default(10_000),
  /** From the last copy of a text to one receiver until it is a new one again, ms. */
  copyWindowMs: z.number().int().min(1_000).max(86_400_000).default(600_000),
  /** Orders that this process keeps on disk while Redis is away; more are refused. */
  outboxOrders: z.number().int().min(1).max(1_000_000).default(10_000),
  /** Of all of them together, bytes. */
  outboxBytes: z.number().int().min(1_000).default(33_554_432),
});
