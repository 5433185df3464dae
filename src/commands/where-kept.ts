// Where the orders of one command have gone: a person may only be told "in the queue" of what is there.
import type { Kept } from '../contracts/jobs.ts';
import type { JobSink } from '../contracts/ports.ts';
import { utcTime } from '../core/utc.ts';

export interface WhereKept {
  /** Passes every order on. */
  readonly jobs: JobSink;
  /** What is to be said, `text` being right where all of it is in the queue. */
  readonly truth: (text: string, now: number) => string;
}

type Elsewhere = Exclude<Kept, { readonly kept: 'queue' }>;

export function noteWhereKept(jobs: JobSink): WhereKept {
  let elsewhere: Elsewhere | undefined;
  return {
    jobs: {
      add: async (order) => {
        const kept = await jobs.add(order);
        if (kept.kept !== 'queue') elsewhere = kept;
        return kept;
      },
    },
    truth: (text, now) => (elsewhere === undefined ? text : told(elsewhere, now)),
  };
}

function told(kept: Elsewhere, now: number): string {
  const until = utcTime(kept.until, now, 's');
  return kept.kept === 'copy'
    ? `Not sent: the same text went to the same receiver before, as ${kept.of}; until ${until} it counts as a copy.`
    : `Redis is away; the order is kept on disk and goes in when it is back, until ${until}; after that it is told as expired.`;
}
