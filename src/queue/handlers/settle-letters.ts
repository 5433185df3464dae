// Job `queue.letters`: redrives or discards dead letters, one or all that lay there when it was ordered, and says what came
// of each kind. Safe to run again: a letter that is gone is not met again.
import type { DeliveryState } from '../../contracts/agents.ts';
import type { Envelope } from '../../contracts/envelope.ts';
import type { JobBody } from '../../contracts/jobs.ts';
import type {
  Authority,
  DeliveryLedger,
  JobSink,
  QueueControl,
  QueueDirectory,
  RedriveOutcome,
} from '../../contracts/ports.ts';
import type { DeadLetter } from '../../contracts/queues.ts';
import type { Clock } from '../../core/clock.ts';
import type { JobContext, JobHandler } from '../handler.ts';
import { isOwed } from './deliver-gas.ts';
import { deliveredBy } from './letter-gas.ts';
import { type Notice, tellNotice } from './notice.ts';

export interface SettleLettersDeps {
  readonly queues: Pick<QueueDirectory, 'deadLetters' | 'deadLetter'> &
    Pick<QueueControl, 'redrive' | 'discard'>;
  /** What a delivery has come to: one that has ended is not run again. */
  readonly ledger: Pick<DeliveryLedger, 'state'>;
  readonly jobs: JobSink;
  readonly authority: Authority;
  readonly clock: Pick<Clock, 'now'>;
}

type Body = JobBody<'queue.letters'>;

/** More are never kept. */
const all = 10_000;

/** Makes the handler. */
export function makeSettleLetters(deps: SettleLettersDeps): JobHandler<'queue.letters'> {
  /** What the runs of this process have come to so far. */
  const tallies = new WeakMap<Envelope, Tally>();
  return {
    name: 'queue.letters',
    run: async (body, context) => {
      const { principal } = context.envelope;
      const permission = `queue.${body.order}${body.id === null ? '-all' : ''}`;
      const common = { to: body.replyTo, subject: subjectOf(body) };
      if (!(await deps.authority.allows(principal, permission))) {
        const text = `nothing was changed: ${principal} needs the permission ${permission}`;
        return tellNotice(deps, context, { ...common, text, state: 'failed' });
      }
      const wanted = await wantedOf(deps, body, context);
      if (wanted.length === 0) {
        const text =
          body.id === null
            ? 'there is none'
            : `no dead letter ${body.id} is there; it may be settled already`;
        return tellNotice(deps, context, { ...common, text });
      }
      const tally = emptyTally(wanted.length);
      tallies.set(context.envelope, tally);
      await settle(deps, body, { wanted, context, tally });
      await tellNotice(deps, context, { ...common, ...wordOf(tally) });
    },
    dead: (body, context, reason) =>
      tellNotice(deps, context, {
        to: body.replyTo,
        subject: subjectOf(body),
        text: `unknown how many were settled: ${reason}`,
        state: 'unknown',
      }),
    broken: async (_body, { envelope, again }) => {
      const tally = tallies.get(envelope);
      if (again || tally === undefined) return null;
      return `before that ${wordOf(tally).text || 'none was settled'}; ${tally.left} left as they were`;
    },
  };
}

function subjectOf({ order, id, queue }: Body): string {
  return `${order} of ${id ?? `all dead letters${queue === null ? '' : ` of ${queue}`}`}`;
}

// What was given up since was not seen by whoever gave the order.
async function wantedOf({ queues }: SettleLettersDeps, { id, queue }: Body, { envelope }: JobContext) {
  if (id !== null) {
    const { letter } = await queues.deadLetter(id);
    // Another one may have come to begin like it since.
    return letter?.id === id ? [letter] : [];
  }
  const { letters } = await queues.deadLetters(all, queue ?? undefined);
  return letters.filter(({ lastAt }) => lastAt <= envelope.issuedAt);
}

interface Settling {
  readonly wanted: readonly DeadLetter[];
  readonly context: JobContext;
  readonly tally: Tally;
}

/** How many letters came to what. */
interface Tally {
  readonly counts: Record<RedriveOutcome | 'discarded', number>;
  readonly kept: Map<DeliveryState, number>;
  left: number;
}

function emptyTally(left: number): Tally {
  return { counts: { redriven: 0, done: 0, open: 0, discarded: 0 }, kept: new Map(), left };
}

async function settle(
  deps: SettleLettersDeps,
  { order }: Body,
  { wanted, context, tally }: Settling,
): Promise<void> {
  const { counts, kept } = tally;
  for (const letter of wanted) {
    context.signal.throwIfAborted();
    context.progress?.();
    if (order === 'discard') {
      await deps.queues.discard(letter);
      counts.discarded += 1;
    } else {
      const ended = await endOf(deps, letter);
      if (ended) kept.set(ended, (kept.get(ended) ?? 0) + 1);
      else counts[await deps.queues.redrive(letter)] += 1;
    }
    tally.left -= 1;
  }
}

function wordOf({ counts, kept }: Tally): Pick<Notice, 'text' | 'state'> {
  const text = [
    ...(counts.redriven > 0 ? [`${counts.redriven} put back into the queue`] : []),
    ...(counts.done > 0 ? [`${counts.done} had been done after all`] : []),
    ...(counts.open > 0 ? [`${counts.open} lie in the queue already`] : []),
    ...[...kept].map(([state, count]) => `${count} kept: ${notRunAgain(state)}`),
    ...(counts.discarded > 0 ? [`${counts.discarded} discarded; nothing of it will be done`] : []),
  ].join(', ');
  // What was asked for came to nothing at all.
  const isFailed = kept.size > 0 && Object.values(counts).every((count) => count === 0);
  return { text, ...(isFailed && { state: 'failed' }) };
}

/** What the delivery of a letter has come to, where its job would find nothing left to do; null where it would. */
async function endOf({ ledger }: SettleLettersDeps, letter: DeadLetter): Promise<DeliveryState | null> {
  const id = deliveredBy(letter);
  const state = id === null ? null : await ledger.state(id);
  return state === null || isOwed(state) ? null : state;
}

function notRunAgain(state: DeliveryState): string {
  const anew = state === 'failed' || state === 'expired' ? '; gas reassign or message gives it anew' : '';
  return `a delivery that is ${state} is not run again${anew}`;
}
