// The first half of the way: may they, and does it make sense?
import type { Wish } from './admit.ts';
import { misspelt } from './candidates.ts';
import { rehearse } from './dry-run.ts';
import { type IntakeDeps, judge } from './intake-deps.ts';
import { permissionOf } from './permitted.ts';
import { propose } from './propose.ts';
import { type Invocation, placeOf, type Reply } from './reply.ts';

/** From a parsed wish to its answer, or to what has to be confirmed first. */
export async function ask(
  deps: IntakeDeps,
  invocation: Invocation,
  { spec, args, dryRun }: Wish,
): Promise<Reply> {
  const { identity } = invocation;
  const place = placeOf(invocation);
  const call = { args, identity, place };
  const wish = { identity, permission: permissionOf(spec, args), place };
  // Both are read at one moment; of what was misspelt only who is allowed hears.
  const spelling = misspelt(spec, args, deps);
  spelling.catch(() => undefined);
  const judged = await judge(deps, wish, spec.name);
  if ('refusal' in judged) return judged.refusal;
  const refused = await spelling;
  if (refused) return refused;
  const { verdict } = judged;
  if (spec.kind === 'question') return { kind: 'answer', answer: await spec.answer(call, deps) };
  const objection = await spec.check(call, deps);
  if (objection !== null) {
    return {
      kind: 'refusal',
      ...(typeof objection === 'string' ? { code: 'bad-argument', text: objection } : objection),
    };
  }
  if (dryRun) {
    const { permission } = wish;
    return rehearse({ spec, call, permission, verdict }, deps);
  }
  return propose(deps, invocation, { spec, args, policyVersion: verdict.policyVersion });
}
