// Between the two halves of the way: what stands between a wish that is allowed and its effect, by how dangerous it is.
import { isDeepStrictEqual } from 'node:util';
import type { Approval } from '../access/index.ts';
import type { Surface } from '../contracts/chat.ts';
import { correlationIdOf } from '../contracts/ids.ts';
import { silentTracer } from '../core/tracing/index.ts';
import { announce, endText } from './announce.ts';
import { carryOut, execute } from './execute.ts';
import type { IntakeDeps } from './intake-deps.ts';
import { levelOf } from './level.ts';
import { recordExecuting } from './record.ts';
import { type Invocation, idReused, isOfProgram, placeOf, type RefusalCode, type Reply } from './reply.ts';
import { nameToType } from './rights.ts';
import { type Action, type Change, hasSecret } from './spec.ts';
import { leaveTrail } from './trail.ts';

/** A wish that is allowed and makes sense. */
interface Wished {
  readonly spec: Action | Change;
  readonly args: Readonly<Record<string, string>>;
  /** By which it is allowed. */
  readonly policyVersion: string;
  /** What the person is to be asked. */
  readonly prompt: Promise<string>;
}

/** Puts a wish up for a word, unless it needs none; the same invocation again gets the same one back. */
export async function propose(deps: IntakeDeps, invocation: Invocation, wished: Wished): Promise<Reply> {
  const { spec, args } = wished;
  const permission = spec.permission(args);
  if (levelOf(deps, spec, permission) === 'none') return atOnce(deps, invocation, wished);
  // What waits lies in Redis and is shown to others, and the answer goes to whoever gives the word.
  if (hasSecret(spec)) return { kind: 'refusal', code: 'denied', text: cannotWait(spec, permission) };
  const approval = await open(deps, invocation, wished);
  // A surface that reuses an id for another wish must not have that wish confirmed under the first one's name.
  if (approval.command !== spec.name || !isDeepStrictEqual(approval.args, args)) return idReused;
  switch (approval.state) {
    case 'pending':
      return ask(deps, invocation, { spec, approval });
    // Enqueued again, as for a second click: the first one's job may have been lost on its way.
    case 'approved':
    case 'done':
      return carryOut(deps, { spec, approval });
    // No word that is said now, so nobody may take it for one: a script would go on as if its yes had counted.
    case 'declined':
    case 'withdrawn':
      return over('decided', approval, invocation);
    case 'expired':
    case 'invalid':
      return over('no-confirmation', approval, invocation);
  }
}

function over(code: RefusalCode, approval: Approval, { identity }: Pick<Invocation, 'identity'>): Reply {
  return { kind: 'refusal', code, text: `${endText(approval)} ${anew(identity.surface)}` };
}

/** How it is asked anew, where this very use has come to its end. */
function anew(surface: Surface): string {
  return isOfProgram(surface)
    ? 'A new order needs a new key (`--key`, Idempotency-Key), or none.'
    : 'Say it again for a new order.';
}

function cannotWait({ name }: Wished['spec'], permission: string): string {
  return `\`${name}\` is about a secret, which must not lie about while somebody is asked, and the rules want that for \`${permission}\`.`;
}

async function atOnce(deps: IntakeDeps, invocation: Invocation, { spec, args }: Wished): Promise<Reply> {
  const { identity, replyTo, id } = invocation;
  const place = placeOf(invocation);
  const call = { args, identity, replyTo, place, correlationId: correlationIdOf(id) };
  await recordExecuting(deps, { ...call, command: spec.name });
  return execute(deps, spec, { ...call, person: await deps.policy.personOf(identity) });
}

/** Recorded, then opened: what has no line in the record waits for nobody's word. Each of it counts once. */
async function open(
  deps: IntakeDeps,
  invocation: Invocation,
  { spec, args, policyVersion, prompt }: Wished,
): Promise<Approval> {
  const { identity, replyTo, id, shownLater = false } = invocation;
  const place = placeOf(invocation);
  const permission = spec.permission(args);
  const { surface, id: placeId, server } = place;
  const asked = {
    invocationId: id,
    command: spec.name,
    args,
    permission,
    level: levelOf(deps, spec, permission),
    prompt: await prompt,
    requester: {
      person: await deps.policy.personOf(identity),
      identity,
    },
    place: { surface, id: placeId, ...(server !== undefined && { server }) },
    replyTo,
    policyVersion,
    traceparent: (deps.tracer ?? silentTracer).current(),
  };
  await leaveTrail(deps, asked, { event: 'asked', verdict: 'allowed', detail: asked.prompt });
  return deps.approvals.open(asked, { shown: !shownLater });
}

async function ask(
  deps: IntakeDeps,
  invocation: Invocation,
  { spec, approval }: { readonly spec: Action | Change; readonly approval: Approval },
): Promise<Reply> {
  const { id, level, prompt, waitsMs, shownAt, invocationId } = approval;
  const now = deps.clock.now();
  if (now > approval.expiresAt) return over('no-confirmation', { ...approval, state: 'expired' }, invocation);
  await announce(deps, approval);
  return {
    kind: 'confirm',
    confirmationId: id,
    prompt: level === 'two-persons' ? `${prompt} It needs a second person.` : prompt,
    expiresAt: shownAt === null ? now + waitsMs : approval.expiresAt,
    level,
    correlationId: correlationIdOf(invocationId),
    ...(level === 'type-name' && { typeName: nameToType({ spec, ...approval }) }),
  };
}
