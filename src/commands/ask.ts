// The first half of the way: may they, and does it make sense?
import type { Answer } from '../contracts/chat.ts';
import type { Take, Wish } from './admit.ts';
import { rehearse } from './dry-run.ts';
import { type IntakeDeps, judged } from './intake-deps.ts';
import type { Looked } from './look.ts';
import { permissionOf } from './permitted.ts';
import { propose } from './propose.ts';
import { type Invocation, placeOf, type Reply } from './reply.ts';

/** From a parsed wish, and what was read of it, to its answer, or to what has to be confirmed first. */
export async function ask(
  deps: IntakeDeps,
  invocation: Invocation,
  { spec, args, dryRun, looked, take }: Wish & { readonly looked: Looked; readonly take: Take },
): Promise<Reply> {
  const { identity } = invocation;
  const place = placeOf(invocation);
  const call = { args, identity, place };
  const wish = { identity, permission: permissionOf(spec, args), place };
  const verdict = await looked.verdict;
  const right = judged(deps, wish, { command: spec.name, verdict });
  if ('refusal' in right) return right.refusal;
  const refused = await looked.misspelt;
  if (refused) return refused;
  const meant = await looked.meant;
  const objection = (await spec.check?.({ ...call, args: meant }, deps)) ?? null;
  if (objection !== null) {
    return {
      kind: 'refusal',
      ...(typeof objection === 'string' ? { code: 'bad-argument', text: objection } : objection),
    };
  }
  if (spec.kind === 'question') return { kind: 'answer', answer: aged(await spec.answer(call, deps)) };
  if (dryRun) {
    const { permission } = wish;
    return rehearse({ spec, call: { ...call, args: meant }, permission, verdict }, deps);
  }
  const late = await take();
  if (late) return late;
  const { policyVersion } = verdict;
  return propose(deps, invocation, { spec, args: meant, policyVersion, prompt: looked.prompt });
}

// What was written after the clock was read, or by a clock that is ahead, is new, and not from the future.
function aged(answer: Answer): Answer {
  const rows = answer.rows.map((row) =>
    row.ageMs === null ? row : { ...row, ageMs: Math.max(0, row.ageMs) },
  );
  return { ...answer, rows };
}
