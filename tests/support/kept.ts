// Where the orders of a stand-in for the queue are.
import type { JobName, JobOrder, Kept } from '../../src/contracts/jobs.ts';
import type { JobSink } from '../../src/contracts/ports.ts';

export const inQueue: Kept = { kept: 'queue' };

/** A sink whose orders are all taken, and noted. */
export function notingSink(note: (order: JobOrder<JobName>) => void): JobSink {
  return {
    add: async (order) => {
      note(order);
      return inQueue;
    },
  };
}
