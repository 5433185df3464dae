// Job `queue.hold`: pauses, drains or resumes a queue, and says so. It lies in a queue of its own that nobody can hold, so
// a paused one can always be resumed. Safe to run again: a queue that is held already stays as it is.
import { holdableQueues, type JobBody } from '../../contracts/jobs.ts';
import type { Authority, JobSink, QueueControl } from '../../contracts/ports.ts';
import type { Clock } from '../../core/clock.ts';
import type { JobContext, JobHandler } from '../handler.ts';
import { tellNotice } from './notice.ts';

export interface HoldQueueDeps {
  readonly control: Pick<QueueControl, 'pause' | 'resume' | 'drain'>;
  readonly jobs: JobSink;
  readonly authority: Authority;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
}

type Body = JobBody<'queue.hold'>;

/** How long a drain waits for what runs before it says how much still does, ms. */
const drainMs = 45_000;

/** Makes the handler. */
export function makeHoldQueue(deps: HoldQueueDeps): JobHandler<'queue.hold'> {
  return {
    name: 'queue.hold',
    run: async (body, context) => {
      const { principal } = context.envelope;
      const permission = `queue.hold:${body.queue}`;
      const common = { to: body.replyTo, subject: subjectOf(body) };
      if (!(await deps.authority.allows(principal, permission))) {
        const text = `nothing was changed: ${principal} needs the permission ${permission}`;
        return tellNotice(deps, context, { ...common, text, state: 'failed' });
      }
      if (!holdableQueues.includes(body.queue)) {
        return tellNotice(deps, context, { ...common, text: 'this queue is never held', state: 'failed' });
      }
      await tellNotice(deps, context, { ...common, text: await carriedOut(deps, body, context) });
    },
    dead: (body, context, reason) =>
      tellNotice(deps, context, {
        to: body.replyTo,
        subject: subjectOf(body),
        text: `unknown whether it was done: ${reason}`,
        state: 'unknown',
      }),
  };
}

function subjectOf({ order, queue }: Body): string {
  return `${order} of queue ${queue}`;
}

async function carriedOut({ control, clock }: HoldQueueDeps, { queue, order }: Body, context: JobContext) {
  const { envelope, signal } = context;
  if (order === 'resume') {
    await control.resume(queue);
    return 'workers take from it again';
  }
  if (order === 'pause') {
    await control.pause(queue, envelope.principal);
    return 'no worker takes from it now; what runs goes on';
  }
  const over = new AbortController();
  const late = clock.sleep(drainMs, AbortSignal.any([signal, over.signal])).then(
    () => over.abort(),
    () => undefined,
  );
  const left = await control.drain(queue, envelope.principal, AbortSignal.any([signal, over.signal]));
  over.abort();
  await late;
  // The process stops: the next run goes on waiting.
  signal.throwIfAborted();
  return left === 0
    ? 'no worker takes from it, and nothing of it runs any more'
    : `no worker takes from it now; ${left} still run after ${drainMs / 1_000} s`;
}
