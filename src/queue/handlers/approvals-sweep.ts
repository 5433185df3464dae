// Job `approvals.sweep`: ends what waited for a word too long. Safe to run again: each end is one step in the store.
import type { ApprovalWork } from '../../contracts/ports.ts';
import type { JobHandler } from '../handler.ts';

/** Makes the handler. One that failed for good is told to nobody: the next tick does the same work again. */
export function makeApprovalsSweep(work: Pick<ApprovalWork, 'sweep'>): JobHandler<'approvals.sweep'> {
  return { name: 'approvals.sweep', run: () => work.sweep(), dead: () => Promise.resolve() };
}
