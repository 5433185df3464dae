// A moment as a record or a file of this layer has it. What is no date cannot be told in words.
import { z } from 'zod';

/** Whole ms since the epoch, no later than `Date` goes. */
export const momentSchema = z.number().int().min(0).max(8_640_000_000_000_000);
