// The first half of the way: may they, and does it make sense?
import { denial, type IntakeDeps } from './intake-deps.ts';
import type { Action, Change, Question } from './spec.ts';
import { type Invocation, placeOf, type Reply } from './reply.ts';
import { propose } from './propose.ts';

/** The permission behind every question that names no other. */
const askPermission = 'ask';

interface Wish {
  readonly spec: Question | Action | Change;
  readonly args: Readonly<Record<string, string>>;
}

/** From a parsed wish to its answer, or to what has to be confirmed first. */
export async function ask(deps: IntakeDeps, invocation: Invocation, { spec, args }: Wish): Promise<Reply> {
  const { identity } = invocation;
  const place = placeOf(invocation);
  const call = { args, identity, place };
  const permission = spec.kind === 'question' ? (spec.permission ?? askPermission) : spec.permission(args);
  const denied = await denial(deps, { identity, permission, place }, spec.name);
  if (denied) return denied;
  if (spec.kind === 'question') return { kind: 'answer', answer: await spec.answer(call, deps) };
  const objection = await spec.check(call, deps);
  if (objection !== null) return { kind: 'refusal', code: 'bad-argument', text: objection };
  return propose(deps, invocation, { spec, args });
}
