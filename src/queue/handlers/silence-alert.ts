// Job `alert.silence`: keeps an alert from being told for a while, and says so. Safe to run again: the same end is written.
import type { JobBody } from '../../contracts/jobs.ts';
import type { AlertSilencer, Authority, JobSink } from '../../contracts/ports.ts';
import type { Clock } from '../../core/clock.ts';
import { utc } from '../../core/utc.ts';
import type { JobContext, JobHandler } from '../handler.ts';
import { type Notice, tellNotice } from './notice.ts';

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
      const until = issuedAt + body.minutes * 60_000;
      await deps.silencer.silence(body.pattern, until);
      // With its day: what is told is kept, and read on others.
      const text = body.minutes === 0 ? 'told again from now on' : `silenced until ${utc(until)}`;
      await tell(deps, body, context, { text });
    },
    dead: (body, context, reason) => {
      const text = `unknown whether it is silenced: ${reason}`;
      return tell(deps, body, context, { text, state: 'unknown' });
    },
  };
}

function tell(
  deps: SilenceAlertDeps,
  { replyTo: to, pattern }: Body,
  context: Context,
  word: Pick<Notice, 'text' | 'state'>,
): Promise<void> {
  return tellNotice(deps, context, { to, subject: `silence of ${pattern}`, ...word });
}
