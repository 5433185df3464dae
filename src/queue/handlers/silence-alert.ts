// Job `alert.silence`: keeps an alert from being told for a while, and says so. Safe to run again: the same end is written.
import type { Step } from '../../contracts/chat.ts';
import type { JobBody } from '../../contracts/jobs.ts';
import { derivedId } from '../../contracts/ids.ts';
import type { AlertSilencer, Authority, JobSink } from '../../contracts/ports.ts';
import type { Clock } from '../../core/clock.ts';
import type { JobContext, JobHandler } from '../handler.ts';

export interface SilenceAlertDeps {
  readonly silencer: AlertSilencer;
  readonly jobs: JobSink;
  readonly authority: Authority;
  readonly clock: Pick<Clock, 'now'>;
}

type Body = JobBody<'alert.silence'>;
type Context = Pick<JobContext, 'envelope'>;

const permission = 'alert.silence';

/** Makes the handler. */
export function makeSilenceAlert(deps: SilenceAlertDeps): JobHandler<'alert.silence'> {
  return {
    name: 'alert.silence',
    run: async (body, context) => {
      const { principal, issuedAt } = context.envelope;
      if (!(await deps.authority.allows(principal, permission))) {
        const text = `not silenced: ${principal} needs the permission ${permission}`;
        return tell(deps, body, context, { text, state: 'failed' });
      }
      await deps.silencer.silence(body.pattern, issuedAt + body.minutes * 60_000);
      const until = new Date(issuedAt + body.minutes * 60_000).toISOString().slice(11, 16);
      const text = body.minutes === 0 ? 'told again from now on' : `silenced until ${until} UTC`;
      await tell(deps, body, context, { text });
    },
    dead: (body, context, reason) => {
      const text = `unknown whether it is silenced: ${reason}`;
      return tell(deps, body, context, { text, state: 'unknown' });
    },
  };
}

interface Word {
  readonly text: string;
  /** Absent: it is as the text says. */
  readonly state?: 'failed' | 'unknown';
}

async function tell(
  { jobs, clock }: SilenceAlertDeps,
  body: Body,
  { envelope }: Context,
  { text, state }: Word,
): Promise<void> {
  // A notice goes through no states; only that it did not come to what was asked is one.
  const steps: Step[] = state === undefined ? [] : [{ state, at: clock.now(), detail: text }];
  const { correlationId, principal, id } = envelope;
  await jobs.add({
    name: 'chat.report',
    id: derivedId('chat.report', correlationId, 'end'),
    correlationId,
    causationId: id,
    principal,
    body: {
      to: body.replyTo,
      about: correlationId,
      kind: 'notice',
      subject: `silence of ${body.pattern}`,
      seq: 0,
      final: true,
      text,
      steps,
    },
  });
}
