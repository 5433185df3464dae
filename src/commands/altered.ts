// A record that is no longer what was asked: nothing of it is done, those who were asked are told, and an alarm goes out.
import type { Approval } from '../access/index.ts';
import { domainErrors } from '../contracts/errors.ts';
import { SwarmError } from '../core/errors.ts';
import { end } from './execute.ts';
import type { IntakeDeps } from './intake-deps.ts';
import type { Reply } from './reply.ts';
import type { Waiting } from './rights.ts';
import { leaveTrail } from './trail.ts';

/** Ends it as invalid. */
export async function invalidate(deps: IntakeDeps, { spec, approval }: Waiting): Promise<Reply> {
  const { id, command, state } = approval;
  if (state === 'pending' || state === 'approved') {
    const fault = new SwarmError(domainErrors.approvalAltered, `${command} ${id} is not what was asked`);
    deps.faults.fault(fault, 'approval');
    deps.logger.error(
      { id, command, code: fault.code },
      'a wish that waits for a word was altered in the store',
    );
    const invalid: Approval = { ...approval, state: 'invalid' };
    await leaveTrail(deps, invalid, { event: 'ended', verdict: 'invalid', detail: fault.message });
    const move = await deps.approvals.move(id, { from: state, to: 'invalid' });
    if (move === 'moved') await end(deps, { spec, approval: invalid });
  }
  return altered;
}

/** What is told of it. */
export const altered: Reply = {
  kind: 'refusal',
  code: 'no-confirmation',
  text: 'The record of it was altered since it was asked, so nothing is done. Ask again.',
};
