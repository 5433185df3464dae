// Which commands a person may use at all, for what lists or completes them. What they do with one is decided when they do it.
import type { Policy } from '../access/index.ts';
import type { Identity, Place } from '../contracts/chat.ts';
import type { Args } from './bind.ts';
import type { CommandPorts, CommandSpec } from './spec.ts';

/** Who looks, and where. */
export interface Looker {
  readonly identity: Identity;
  readonly place?: Place;
}

/** The permission behind every question that names no other. */
const askPermission = 'ask';
/** A right to one service of hundreds is looked for among so many. */
const mostTries = 25;

/** The permission for these arguments. */
export function permissionOf(spec: CommandSpec, args: Args): string {
  switch (spec.kind) {
    case 'question':
      return spec.permission ?? askPermission;
    // Whose word counts follows from what waits for it.
    case 'word':
      return askPermission;
    case 'action':
    case 'change':
      return spec.permission(args);
  }
}

/** Whether they may use it, with one argument or another; null where their rights cannot be read now. */
export async function mayUse(
  spec: CommandSpec,
  looker: Looker,
  ports: CommandPorts & { readonly policy: Pick<Policy, 'decide'> },
): Promise<boolean | null> {
  const may = async (args: Args) => {
    const permission = permissionOf(spec, args);
    const { identity, place = null } = looker;
    const { allowed, fault } = await ports.policy.decide({ identity, permission, place });
    return fault ? null : allowed;
  };
  const plainly = await may({});
  if (plainly !== false) return plainly;
  const [first] = spec.args;
  if (spec.kind === 'question' || !first?.candidates) return false;
  // Nobody's rights depend on what cannot be read now.
  const candidates = await first.candidates(ports, {}).catch(() => []);
  const tries = candidates.slice(0, mostTries).map((candidate) => may({ [first.name]: candidate }));
  const found = await Promise.all(tries);
  return found.includes(true) || (found.includes(null) ? null : false);
}

/** Those of `specs` that they may use, in the same order. */
export async function permitted(
  specs: readonly CommandSpec[],
  looker: Looker,
  ports: CommandPorts & { readonly policy: Pick<Policy, 'decide'> },
): Promise<readonly CommandSpec[]> {
  const may = await Promise.all(specs.map((spec) => mayUse(spec, looker, ports)));
  return specs.filter((_, i) => may[i] === true);
}
