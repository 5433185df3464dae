// The one report of an action that goes through no states: how it came out.
import type { Address, Step } from '../../contracts/chat.ts';
import { derivedId } from '../../contracts/ids.ts';
import type { JobSink } from '../../contracts/ports.ts';
import type { Clock } from '../../core/clock.ts';
import type { JobContext } from '../handler.ts';

export interface NoticeDeps {
  readonly jobs: JobSink;
  readonly clock: Pick<Clock, 'now'>;
}

export interface Notice {
  readonly to: Address;
  readonly subject: string;
  readonly text: string;
  /** Only that it did not come to what was asked is a state; absent: it is as the text says. */
  readonly state?: 'failed' | 'expired' | 'unknown';
}

/** Tells it; again it is the same report. */
export async function tellNotice(
  { jobs, clock }: NoticeDeps,
  { envelope }: Pick<JobContext, 'envelope'>,
  { to, subject, text, state }: Notice,
): Promise<void> {
  const steps: Step[] = state === undefined ? [] : [{ state, at: clock.now(), detail: text }];
  const { correlationId, principal, id } = envelope;
  // What a later run comes to replaces that nobody knew; never the other way round. Both are below every step that the
  // receiver of a delivery has said.
  const [end, seq] = state === 'unknown' ? ['unknown', 0] : ['end', 1];
  await jobs.add({
    name: 'chat.report',
    id: derivedId('chat.report', correlationId, end),
    correlationId,
    causationId: id,
    principal,
    body: { to, about: correlationId, kind: 'notice', subject, seq, final: true, text, steps },
  });
}
