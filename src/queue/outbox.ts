// Orders that Redis could not be given, on disk until it is back: then they go in once, in their order, and what is too
// late is told as expired and never run. It does not decide who may order: whoever adds has passed the gates.
import { z } from 'zod';
import { type Address, addressSchema, type Report } from '../contracts/chat.ts';
import { domainErrors } from '../contracts/errors.ts';
import { derivedId } from '../contracts/ids.ts';
import type { JobOrder, Kept } from '../contracts/jobs.ts';
import type { JobSink } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { errorText, SwarmError } from '../core/errors.ts';
import type { FaultSink } from '../core/faults.ts';
import type { Logger } from '../core/logger.ts';
import type { Spool, SpoolDeps, TakeText } from '../core/spool.ts';
import type { Inlet } from './inlet.ts';
import { type PreparedJob, preparedJobSchema } from './prepared.ts';

export interface OutboxDeps {
  readonly spool: Spool;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly faults: FaultSink;
}

/** What a flush came to. */
export interface Flushed {
  readonly sent: number;
  /** Copies of what was on its way already. */
  readonly copies: number;
  readonly expired: number;
  /** Cannot be used, and lie aside. */
  readonly refused: number;
}

const answered = z.object({ replyTo: addressSchema });

/** What could not be given to Redis yet. */
export class Outbox {
  readonly #deps: OutboxDeps;
  #flushing: Promise<Flushed> | undefined;
  #aside = 0;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  /** Jobs that wait here: orders, and reports of what became of some. */
  get count(): number {
    return this.#deps.spool.count;
  }

  /** Since when the oldest of them waits, ms since the epoch; null when none does. */
  get oldestAt(): number | null {
    return this.#deps.spool.oldestAt;
  }

  /** Jobs of this home that cannot be used and lie aside, when that was last looked at. */
  get aside(): number {
    return this.#aside;
  }

  /** The flush that is under way, which never rejects; undefined when there is none. */
  get flushing(): Promise<unknown> | undefined {
    return this.#flushing?.catch(() => undefined);
  }

  /** Takes over what processes that are gone have left, and looks at what lies aside. */
  async adopt(): Promise<void> {
    const jobs = await this.#deps.spool.adopt();
    this.#aside = await this.#deps.spool.countAside();
    if (jobs > 0) this.#deps.logger.warn({ jobs }, 'jobs that an earlier process left on disk');
  }

  /** Resolves once the order is synced. @throws SwarmError OUTBOX_FULL, or what the disk refused with */
  async keep(job: PreparedJob): Promise<Kept> {
    const first = this.count === 0;
    if (!(await this.#deps.spool.append(JSON.stringify(job)))) {
      throw new SwarmError(domainErrors.outboxFull, `${job.name} ${job.id}: ${this.count} jobs wait on disk`);
    }
    if (first) this.#deps.logger.warn({ job: job.name }, 'Redis is away; jobs are kept on disk');
    return { kept: 'disk', until: job.data.envelope.deadline };
  }

  /**
   * Puts all of it into the queue, oldest first; `tell` takes the reports of what has expired.
   * @throws what the queue refused with; what was not taken stays
   */
  flush(inlet: Inlet, tell: JobSink['add']): Promise<Flushed> {
    this.#flushing ??= this.#flush(inlet, tell).finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  /** Leaves what is kept to the next process. */
  close(): Promise<void> {
    return this.#deps.spool.close();
  }

  async #flush(inlet: Inlet, tell: JobSink['add']): Promise<Flushed> {
    const ends = { sent: 0, copies: 0, expired: 0, refused: 0 };
    await this.#deps.spool.drain(async (text, setAside) => {
      ends[await this.#deliver(text, setAside, { inlet, tell })] += 1;
    });
    this.#aside = await this.#deps.spool.countAside();
    const { logger } = this.#deps;
    if (Object.values(ends).some(Boolean))
      logger.info(ends, 'Redis is back; what was kept on disk is settled');
    return ends;
  }

  async #deliver(
    text: string,
    setAside: Parameters<TakeText>[1],
    { inlet, tell }: { readonly inlet: Inlet; readonly tell: JobSink['add'] },
  ): Promise<keyof Flushed> {
    const json = parsedJson(text);
    if (json === undefined) return this.#refused(setAside, 'torn, or no JSON');
    const { data: job, error } = preparedJobSchema.safeParse(json);
    if (!job) return this.#refused(setAside, error.message);
    const late = this.#deps.clock.now() > job.data.envelope.deadline;
    // One that timed out on its way may have arrived, and one may have been put in before a crash: that is not late.
    if (late) return (await inlet.hasHad(job)) ? 'sent' : this.#expired(job, tell);
    try {
      const { kept } = await inlet.put(job);
      return kept === 'copy' ? 'copies' : 'sent';
    } catch (thrown) {
      if (!(thrown instanceof SwarmError) || thrown.retryable) throw thrown;
      await this.#refused(setAside, thrown.message);
      await this.#tellEnd(job, tell, { state: 'failed', detail: `the queue refused it: ${thrown.message}` });
      return 'refused';
    }
  }

  async #expired(job: PreparedJob, tell: JobSink['add']): Promise<'expired'> {
    const { envelope } = job.data;
    this.#deps.logger.warn(
      { job: job.name, id: job.id, correlationId: envelope.correlationId },
      'an order expired on disk while Redis was away; it was not run',
    );
    await this.#tellEnd(job, tell, {
      state: 'expired',
      detail: 'Redis was away until its time was over; it was not run',
    });
    return 'expired';
  }

  async #tellEnd(job: PreparedJob, tell: JobSink['add'], end: End): Promise<void> {
    const { data } = answered.safeParse(job.data.body);
    if (data) await tell(endReport(job, data.replyTo, { ...end, at: this.#deps.clock.now() }));
  }

  async #refused(setAside: Parameters<TakeText>[1], why: string): Promise<'refused'> {
    await setAside();
    tellAside(this.#deps)('an order', why);
    return 'refused';
  }
}

/** What a spool of orders is told with when it lays aside what cannot be read. */
export function tellAside({
  logger,
  faults,
}: Pick<OutboxDeps, 'logger' | 'faults'>): NonNullable<SpoolDeps['onAside']> {
  return (what, why) => {
    const error = new SwarmError(domainErrors.ordersSetAside, `${what} on disk: ${errorText(why)}`);
    faults.fault(error, 'outbox');
    logger.error(
      { code: error.code, error: error.message },
      'an order on disk cannot be used and is set aside',
    );
  };
}

interface End {
  readonly state: 'expired' | 'failed';
  readonly detail: string;
}

function endReport(
  { name, data: { envelope } }: PreparedJob,
  to: Address,
  { state, detail, at }: End & { readonly at: number },
): JobOrder<'chat.report'> {
  const { id, correlationId, principal } = envelope;
  const report: Report = {
    to,
    about: correlationId,
    kind: 'notice',
    subject: name,
    seq: 0,
    final: true,
    text: `${state}: ${detail}`,
    steps: [{ state, at, detail }],
  };
  const order = { id: derivedId('chat.report', correlationId, state), correlationId, causationId: id };
  return { name: 'chat.report', ...order, principal, body: report };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
