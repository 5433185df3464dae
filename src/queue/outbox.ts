// Orders that Redis could not be given, on disk until it is back: then they go in once, in their order, and what is too
// late is told as expired and never run. It does not decide who may order: whoever adds has passed the gates.
import { z } from 'zod';
import { type Address, addressSchema, type Report } from '../contracts/chat.ts';
import { domainErrors } from '../contracts/errors.ts';
import { derivedId } from '../contracts/ids.ts';
import type { JobOrder, Kept } from '../contracts/jobs.ts';
import type { JobSink } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { SwarmError } from '../core/errors.ts';
import type { FaultSink } from '../core/faults.ts';
import type { Logger } from '../core/logger.ts';
import type { Spool } from '../core/spool.ts';
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
  readonly refused: number;
}

const answered = z.object({ replyTo: addressSchema });

/** What could not be given to Redis yet. */
export class Outbox {
  readonly #deps: OutboxDeps;
  #flushing: Promise<Flushed> | undefined;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  /** Orders that wait here. */
  get count(): number {
    return this.#deps.spool.count;
  }

  /** The flush that is under way, which never rejects; undefined when there is none. */
  get flushing(): Promise<unknown> | undefined {
    return this.#flushing?.catch(() => undefined);
  }

  /** Takes over what processes that are gone have left. */
  async adopt(): Promise<void> {
    const orders = await this.#deps.spool.adopt();
    if (orders > 0) this.#deps.logger.warn({ orders }, 'orders that an earlier process left on disk');
  }

  /** Resolves once the order is synced. @throws SwarmError OUTBOX_FULL, or what the disk refused with */
  async keep(job: PreparedJob): Promise<Kept> {
    const first = this.count === 0;
    if (!(await this.#deps.spool.append(JSON.stringify(job)))) {
      throw new SwarmError(
        domainErrors.outboxFull,
        `${job.name} ${job.id}: ${this.count} orders wait on disk`,
      );
    }
    if (first) this.#deps.logger.warn({ job: job.name }, 'Redis is away; orders are kept on disk');
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
    await this.#deps.spool.drain(async (text) => {
      ends[await this.#deliver(text, inlet, tell)] += 1;
    });
    const { logger } = this.#deps;
    if (Object.values(ends).some(Boolean))
      logger.info(ends, 'Redis is back; what was kept on disk is settled');
    return ends;
  }

  async #deliver(text: string, inlet: Inlet, tell: JobSink['add']): Promise<keyof Flushed> {
    const { data: job, error } = preparedJobSchema.safeParse(parsedJson(text));
    if (!job) return this.#refused(new SwarmError(domainErrors.jobInvalid, `on disk: ${error.message}`));
    const late = this.#deps.clock.now() > job.data.envelope.deadline;
    // One that timed out on its way may have arrived, and one may have been put in before a crash: that is not late.
    if (late) return (await inlet.hasHad(job)) ? 'sent' : this.#expired(job, tell);
    try {
      const { kept } = await inlet.put(job);
      return kept === 'copy' ? 'copies' : 'sent';
    } catch (thrown) {
      if (!(thrown instanceof SwarmError) || thrown.retryable) throw thrown;
      return this.#refused(thrown);
    }
  }

  async #expired(job: PreparedJob, tell: JobSink['add']): Promise<'expired'> {
    const { envelope, body } = job.data;
    this.#deps.logger.warn(
      { job: job.name, id: job.id, correlationId: envelope.correlationId },
      'an order expired on disk while Redis was away; it was not run',
    );
    const { data } = answered.safeParse(body);
    if (data) await tell(expiryReport(job, data.replyTo, this.#deps.clock.now()));
    return 'expired';
  }

  #refused(fault: SwarmError): 'refused' {
    this.#deps.faults.fault(fault, 'outbox');
    this.#deps.logger.error({ code: fault.code, error: fault.message }, 'an order on disk cannot be used');
    return 'refused';
  }
}

function expiryReport(
  { name, data: { envelope } }: PreparedJob,
  to: Address,
  now: number,
): JobOrder<'chat.report'> {
  const { id, correlationId, principal } = envelope;
  const detail = 'Redis was away until its time was over; it was not run';
  const report: Report = {
    to,
    about: correlationId,
    kind: 'notice',
    subject: name,
    seq: 0,
    final: true,
    text: `expired: ${detail}`,
    steps: [{ state: 'expired', at: now, detail }],
  };
  const order = { id: derivedId('chat.report', correlationId, 'expired'), correlationId, causationId: id };
  return { name: 'chat.report', ...order, principal, body: report };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
