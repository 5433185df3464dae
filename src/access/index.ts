// Access: who may do what, and the approvals that stand between a wish and its effect.
export { type Approval, type Decided, isIntact } from './approvals/record.ts';
export { type Approvals, createApprovals } from './approvals/store.ts';
export type { AuditSink } from './audit.ts';
export { type Danger, stricter } from './danger.ts';
export {
  createPolicy,
  type LivePolicy,
  loadLivePolicy,
  loadPolicy,
  type Policy,
  principalOf,
} from './policy.ts';
export type { Wish } from './verdict.ts';
