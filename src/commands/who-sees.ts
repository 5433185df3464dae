// Who is told all of what was only asked for. Everybody else learns at most that something waits.
import { type Danger, principalOf } from '../access/index.ts';
import type { CommandCall, CommandPorts } from './spec.ts';

/** Whose a wish is, as `result` and `approvals` know it. */
export interface Wished {
  /** Who asked for it, and who has decided it; the principal as `surface:id`. */
  readonly by: readonly { readonly person: string; readonly principal: string }[];
  readonly level: Danger;
  /** What its command needs; null where there is no such command any more. */
  readonly permission: string | null;
}

/** Whoever asked for it, may approve it or has decided it, and whoever may read the record. */
export async function maySee(
  { by, level, permission }: Wished,
  call: Pick<CommandCall, 'identity' | 'place'>,
  { policy }: Pick<CommandPorts, 'policy'>,
): Promise<boolean> {
  const { identity, place = null } = call;
  const person = await policy.personOf(identity);
  if (by.some((one) => one.person === person || one.principal === principalOf(identity))) return true;
  const isOthers = level === 'two-persons' && permission !== null;
  const wanted = ['audit.read', ...(isOthers ? [`approve:${permission}`, permission] : [])];
  const verdicts = wanted.map((one) => policy.decide({ identity, permission: one, place }));
  return (await Promise.all(verdicts)).some(({ allowed }) => allowed);
}
