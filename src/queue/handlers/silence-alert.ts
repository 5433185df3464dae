// Job `alert.silence`: keeps an alert from being told for a while, and says so. Safe to run again: the same end is written.
import type { JobBody } from '../../contracts/jobs.ts';
import { derivedId } from '../../contracts/ids.ts';
import type { AlertSilencer, Authority, JobSink } from '../../contracts/ports.ts';
import type { JobContext, JobHandler } from '../handler.ts';

export interface SilenceAlertDeps {
  readonly silencer: AlertSilencer;
  readonly jobs: JobSink;
  readonly authority: Authority;
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
      if (!deps.authority.allows(principal, permission)) {
        return tell(deps, body, context, `not silenced: ${principal} needs the permission ${permission}`);
      }
      await deps.silencer.silence(body.pattern, issuedAt + body.minutes * 60_000);
      const until = new Date(issuedAt + body.minutes * 60_000).toISOString().slice(11, 16);
      await tell(
        deps,
        body,
        context,
        body.minutes === 0 ? 'told again from now on' : `silenced until ${until} UTC`,
      );
    },
    dead: (body, context, reason) => tell(deps, body, context, `unknown whether it is silenced: ${reason}`),
  };
}

async function tell(
  { jobs }: SilenceAlertDeps,
  body: Body,
  { envelope }: Context,
  text: string,
): Promise<void> {
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
      steps: [],
    },
  });
}
