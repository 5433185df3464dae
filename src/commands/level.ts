// How dangerous a wish counts: by its command, and by the rules where these are stricter. Decides nothing else.
import { type Danger, type Policy, stricter } from '../access/index.ts';
import type { Action, Change } from './spec.ts';

/** What stands before the use of a command: its own level, or the rules' where that is stricter. */
export function levelOf(
  { policy }: { readonly policy: Pick<Policy, 'dangerOf'> },
  spec: Action | Change,
  permission: string,
): Danger {
  return stricter(spec.danger ?? (spec.kind === 'action' ? 'confirm' : 'none'), policy.dangerOf(permission));
}
