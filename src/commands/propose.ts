// Between the two halves of the way: what stands between a wish that is allowed and its effect, by how dangerous it is.
import { isDeepStrictEqual } from 'node:util';
import { silentTracer } from '../core/tracing/index.ts';
import { type IntakeDeps, nothingToConfirm } from './intake-deps.ts';
import type { Invocation, Reply } from './reply.ts';
import { declined, execute } from './settle.ts';
import type { Action, Change } from './spec.ts';

/** A wish that is allowed and makes sense. */
interface Wished {
  readonly spec: Action | Change;
  readonly args: Readonly<Record<string, string>>;
}

/** Puts a wish up for confirmation; the same invocation again gets the same one back. */
export async function propose(
  deps: IntakeDeps,
  invocation: Invocation,
  { spec, args }: Wished,
): Promise<Reply> {
  const confirmation = await deps.confirmations.open({
    invocationId: invocation.id,
    command: spec.name,
    args,
    person: await deps.policy.personOf(invocation.identity),
    traceparent: (deps.tracer ?? silentTracer).current(),
  });
  // A surface that reuses an id for another wish must not have that wish confirmed under the first one's name.
  if (confirmation.command !== spec.name || !isDeepStrictEqual(confirmation.args, args)) {
    return { kind: 'refusal', code: 'bad-argument', text: 'This invocation id belongs to another command.' };
  }
  if (confirmation.state === 'declined') return declined;
  // Enqueued again, as for a second click: the first one's job may have been lost on its way.
  if (confirmation.state === 'confirmed') return execute(deps, { spec, confirmation, decision: invocation });
  if (deps.clock.now() > confirmation.expiresAt) return nothingToConfirm(confirmation.id);
  return {
    kind: 'confirm',
    confirmationId: confirmation.id,
    prompt: await spec.prompt(args, deps),
    expiresAt: confirmation.expiresAt,
  };
}
