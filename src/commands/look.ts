// What has to be read of a wish before it can be answered, asked for at one moment: beside the admission, since each would
// else wait for the one before it. It judges nothing, and what was read of a wish that is refused is told to nobody.
import type { Verdict } from '../access/index.ts';
import type { Wish } from './admit.ts';
import { misspelt } from './candidates.ts';
import type { IntakeDeps } from './intake-deps.ts';
import { levelOf } from './level.ts';
import { permissionOf } from './permitted.ts';
import { promptOf } from './prompt.ts';
import { type Invocation, placeOf, type Reply } from './reply.ts';
import type { Action, Change, CommandPorts } from './spec.ts';

/** Each is to be awaited in its turn; one that nobody comes to fails silently. */
export interface Looked {
  readonly verdict: Promise<Verdict>;
  /** A refusal for what was likely meant otherwise. */
  readonly misspelt: Promise<Reply | null>;
  /** The arguments with every beginning of an id written out; the question is about these. */
  readonly meant: Promise<Wish['args']>;
  /** What the person is to be asked; empty where nobody is. */
  readonly prompt: Promise<string>;
}

/** Begins to read. */
export function look(deps: IntakeDeps, invocation: Invocation, { spec, args, dryRun }: Wish): Looked {
  const { identity } = invocation;
  const permission = permissionOf(spec, args);
  const isAsked = spec.kind !== 'question' && !dryRun && levelOf(deps, spec, permission) !== 'none';
  const meant = spec.kind === 'question' ? Promise.resolve(args) : writtenOut(spec, args, deps);
  const looked = {
    meant,
    verdict: deps.policy.decide({ identity, permission, place: placeOf(invocation) }),
    misspelt: misspelt(spec, args, deps),
    prompt: (async () => (isAsked ? promptOf(spec, await meant, deps) : ''))(),
  };
  for (const reading of Object.values(looked)) reading.catch(() => undefined);
  return looked;
}

async function writtenOut(
  { args: specs }: Action | Change,
  args: Wish['args'],
  ports: CommandPorts,
): Promise<Wish['args']> {
  const entries = Object.entries(args).map(async ([name, typed]) => {
    const exact = specs.find((one) => one.name === name)?.exact;
    return [name, exact ? await exact(typed, ports) : typed] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
