// Where the orders of a stand-in for the queue are.
import type { Kept } from '../../src/contracts/jobs.ts';

export const inQueue: Kept = { kept: 'queue' };
