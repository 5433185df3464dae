// Job `queue.hold`: pauses, drains or resumes a queue, and says so. It lies in a queue of its own that nobody can hold, so
// a paused one can always be resumed. Safe to run again: a queue that is held already stays as it is. A drain that does not
// come to its end is given up, so that nobody's work waits for ever behind a question that was answered with no.
import { holdableQueues, type JobBody } from '../../contracts/jobs.ts';
import type { Authority, JobSink, QueueControl } from '../../contracts/ports.ts';
import type { Clock } from '../../core/clock.ts';
import { goneAfterMs } from '../gone.ts';
import type { JobContext, JobHandler } from '../handler.ts';
import { type Notice, tellNotice } from './notice.ts';

export interface HoldQueueDeps {
  readonly control: Pick<QueueControl, 'pause' | 'resume' | 'drain' | 'endDrain'>;
  readonly jobs: JobSink;
  readonly authority: Authority;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
}

export interface HoldQueueOptions {
  /** How long a drain waits for what runs before it is given up, ms; default 45,000. */
  readonly drainMs?: number;
}

type Body = JobBody<'queue.hold'>;

/** Makes the handler. */
export function makeHoldQueue(
  deps: HoldQueueDeps,
  { drainMs = 45_000 }: HoldQueueOptions = {},
): JobHandler<'queue.hold'> {
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
      const word = await carriedOut(deps, body, { context, drainMs });
      await tellNotice(deps, context, { ...common, ...word });
    },
    dead: async (body, context, reason) => {
      const word = await deadWord(deps, body, reason);
      await tellNotice(deps, context, { to: body.replyTo, subject: subjectOf(body), ...word });
    },
    broken: async ({ order, queue }) => (order === 'drain' ? givenUp(deps, queue) : null),
  };
}

function subjectOf({ order, queue }: Body): string {
  return `${order} of queue ${queue}`;
}

/** Safe to repeat. */
async function givenUp({ control }: Pick<HoldQueueDeps, 'control'>, queue: string): Promise<string> {
  return (await control.endDrain(queue))
    ? 'the drain is given up, and workers take from the queue again'
    : 'the drain is given up, and the queue stays paused';
}

async function deadWord(
  deps: HoldQueueDeps,
  { order, queue }: Body,
  reason: string,
): Promise<Pick<Notice, 'text' | 'state'>> {
  const shown = `\`queue status\` shows whether it is held`;
  if (order !== 'drain') {
    return { text: `unknown whether it was done: ${reason}; ${shown}`, state: 'unknown' };
  }
  const end = await givenUp(deps, queue).catch(() => null);
  if (end !== null) return { text: `not drained: ${reason}; ${end}`, state: 'failed' };
  const out = `it may go on being drained: ${shown}, and \`queue resume ${queue}\` ends it`;
  return { text: `not drained: ${reason}; ${out}`, state: 'unknown' };
}

interface Carrying {
  readonly context: JobContext;
  readonly drainMs: number;
}

async function carriedOut(
  { control, clock }: HoldQueueDeps,
  { queue, order }: Body,
  { context: { envelope, signal }, drainMs }: Carrying,
): Promise<Pick<Notice, 'text' | 'state'>> {
  if (order === 'resume') {
    await control.resume(queue);
    return { text: 'workers take from it again' };
  }
  if (order === 'pause') {
    await control.pause(queue, envelope.principal);
    return { text: 'no worker takes from it now; what runs goes on' };
  }
  const over = new AbortController();
  const late = clock.sleep(drainMs, AbortSignal.any([signal, over.signal])).then(
    () => over.abort(),
    () => undefined,
  );
  const { left, lost, gone, takenOver } = await control.drain(
    queue,
    envelope.principal,
    AbortSignal.any([signal, over.signal]),
  );
  over.abort();
  await late;
  if (left === 0) {
    return { text: `no worker takes from it, and ${restWord(gone)}` };
  }
  // The process stops: the next run goes on waiting. Or it was called off: see `broken`.
  signal.throwIfAborted();
  const stillRun = `${left} still run${lostWord(lost)}`;
  if (takenOver !== null) {
    const { order: next, by } = takenOver;
    const held = next === 'resume' ? 'it stays paused until that is carried out' : 'it stays paused';
    return { text: `not drained: ${stillRun}; taken over by the ${next} of ${by}; ${held}`, state: 'failed' };
  }
  const isOpen = await control.endDrain(queue);
  const now = isOpen
    ? 'so workers take from it again; `queue pause` holds it all the same'
    : 'and it stays paused';
  return { text: `not drained: ${stillRun} after ${drainMs / 1_000} s, ${now}`, state: 'failed' };
}

const mostNamed = 5;

function lostWord(lost: readonly string[]): string {
  return lost.length === 0 ? '' : ` (begun, and held by no worker any more: ${someOf(lost)})`;
}

function restWord(gone: readonly string[]): string {
  if (gone.length === 0) return 'nothing of it runs any more';
  const cut = `its process has had no connection to Redis for ${goneAfterMs / 1_000} s, and may go on if it is only halted or cut off`;
  return `none holds a job of it; begun, and run again once workers take from it: ${someOf(gone)} (${cut})`;
}

function someOf(jobs: readonly string[]): string {
  const more = jobs.length > mostNamed ? ` and ${jobs.length - mostNamed} more` : '';
  return `${jobs.slice(0, mostNamed).join(', ')}${more}`;
}
