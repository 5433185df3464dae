// Where the orders of one command have gone: a person may only be told "in the queue" of what is there.
import type { JobSink } from '../contracts/ports.ts';

export interface WhereKept {
  /** Passes every order on. */
  readonly jobs: JobSink;
  /** What is to be said, `text` being right where all of it is in the queue. */
  readonly truth: (text: string) => string;
}

export function noteWhereKept(jobs: JobSink): WhereKept {
  let until: number | null = null;
  return {
    jobs: {
      add: async (order) => {
        const kept = await jobs.add(order);
        if (kept.kept === 'disk') until = Math.min(until ?? kept.until, kept.until);
        return kept;
      },
    },
    truth: (text) => (until === null ? text : onDisk(until)),
  };
}

function onDisk(until: number): string {
  const time = new Date(until).toISOString().slice(11, 19);
  return `Redis is away; the order is kept on disk and goes in when it is back, until ${time} UTC; after that it is told as expired.`;
}
