// What the way of a command leaves in the record: who asked, who decided, that it is about to be done. It decides nothing;
// but where a line that must be there before the effect cannot be written, it throws, and so nothing is done.
import { type Approval, type AuditEntry, type AuditEvent, principalOf } from '../access/index.ts';
import type { Identity, Place } from '../contracts/chat.ts';
import { correlationIdOf } from '../contracts/ids.ts';
import { errorText } from '../core/errors.ts';
import type { IntakeDeps } from './intake-deps.ts';
import { type Decision, type Invocation, placeOf, type Reply } from './reply.ts';

/** Whose use of which command. */
export interface Subject {
  readonly identity: Identity;
  readonly place: Place;
  readonly command: string;
  readonly args: Readonly<Record<string, string>>;
  readonly correlationId: string;
}

/** The use that is asked for. */
export function asked(
  invocation: Pick<Invocation, 'id' | 'identity' | 'place' | 'replyTo'>,
  { command, args }: Pick<Subject, 'command' | 'args'>,
): Subject {
  const { id, identity } = invocation;
  return { identity, place: placeOf(invocation), command, args, correlationId: correlationIdOf(id) };
}

/** The use that somebody's word is about; the identity is theirs. */
export function decided(
  { command, args, invocationId }: Pick<Approval, 'command' | 'args' | 'invocationId'>,
  decision: Pick<Decision, 'identity' | 'place' | 'replyTo'>,
): Subject {
  return asked({ ...decision, id: invocationId }, { command, args });
}

/**
 * Runs one step of a use. A refusal that it ends with is recorded; whatever it records itself is recorded with the version
 * of the policy by which this use was last judged.
 */
export async function recorded(
  deps: IntakeDeps,
  subject: Subject,
  work: (deps: IntakeDeps) => Promise<Reply>,
): Promise<Reply> {
  const { audit } = deps;
  if (audit === undefined) return work(deps);
  let policyVersion = 'none';
  const judged: IntakeDeps = {
    ...deps,
    onVerdict: (verdict) => {
      policyVersion = verdict.policyVersion;
      deps.onVerdict?.(verdict);
    },
    audit: {
      append: (entry, step) =>
        audit.append(entry.policyVersion === 'none' ? { ...entry, policyVersion } : entry, step),
    },
  };
  const reply = await work(judged);
  if (reply.kind === 'refusal') await recordRefusal(judged, subject, reply);
  return reply;
}

/**
 * Right before the effect of what needs nobody's word: all that leads to it, in one round trip.
 * @throws SwarmError AUDIT_UNAVAILABLE: then it must not be done
 */
export async function recordExecuting(deps: IntakeDeps, subject: Subject): Promise<void> {
  await append(
    deps,
    subject,
    { event: 'asked', verdict: 'allowed' },
    { event: 'decided', verdict: 'approved', step: principalOf(subject.identity) },
    { event: 'executing', verdict: 'allowed' },
  );
}

/** After a change that is done: it stays done where the line is missing, and the log has that. */
export async function recordChanged(deps: IntakeDeps, subject: Subject, detail: string): Promise<void> {
  await append(deps, subject, { event: 'changed', verdict: 'done', detail }).catch((thrown: unknown) =>
    missing(deps, subject, 'changed', thrown),
  );
}

type Refusal = Extract<Reply, { kind: 'refusal' }>;

/**
 * Refusals that come as fast as somebody asks: such a one is recorded once a minute for a person and a command, since the
 * record is never trimmed.
 */
const floods: readonly string[] = ['limited', 'unavailable'];
/** A refusal that is not of the use whose id it came under: no line of it may stand among those of that use. */
const strangers: readonly string[] = ['id-reused'];

/** A refusal of what never became a use: nobody knows what was meant, or it waits for nobody's word. */
export async function recordUnheard(deps: IntakeDeps, subject: Subject, refusal: Refusal): Promise<Refusal> {
  await recordRefusal(deps, { ...subject, correlationId: minuteOf(deps, subject) }, refusal);
  return refusal;
}

function minuteOf({ clock }: IntakeDeps, { identity, command }: Subject): string {
  return correlationIdOf(`${principalOf(identity)}/${command}/${Math.floor(clock.now() / 60_000)}`);
}

// The refusal stands, whether or not it could be recorded.
async function recordRefusal(deps: IntakeDeps, subject: Subject, { code, text }: Refusal): Promise<void> {
  const isOwn = !floods.includes(code) && !strangers.includes(code);
  const about = isOwn ? subject : { ...subject, correlationId: minuteOf(deps, subject) };
  // Several may come under one id, each with something else wrong in it.
  const step = JSON.stringify([code, principalOf(subject.identity), subject.command, subject.args]);
  await append(deps, about, { event: 'refused', verdict: code, detail: text, step }).catch(
    (thrown: unknown) => missing(deps, subject, 'refused', thrown),
  );
}

interface Said extends Pick<AuditEntry, 'event' | 'verdict'>, Partial<Pick<AuditEntry, 'detail'>> {
  readonly approvers?: readonly string[];
  /** What tells several lines of one event of one use apart. */
  readonly step?: string;
}

async function append(
  { audit, policy }: IntakeDeps,
  subject: Subject,
  ...all: readonly Said[]
): Promise<void> {
  if (audit === undefined) return;
  const { identity, place, command, args, correlationId } = subject;
  const person = await policy.personOf(identity);
  const principal = principalOf(identity);
  await Promise.all(
    all.map(({ event, verdict, detail = '', approvers = [], step }) =>
      audit.append(
        {
          ...{ event, correlationId, person, principal, place, command, args, verdict, detail },
          approvers,
          // Of no use that was judged; `recorded` puts in the one that was.
          policyVersion: 'none',
        },
        step,
      ),
    ),
  );
}

function missing(deps: IntakeDeps, { correlationId, command }: Subject, event: AuditEvent, thrown: unknown) {
  deps.logger.error(
    { correlationId, command, event, why: errorText(thrown) },
    'a line of the record is missing',
  );
}
