// Access: who may do what, and the confirmations that stand between a wish and its effect.
export type { AuditSink } from './audit.ts';
export {
  type Confirmation,
  type Confirmations,
  createConfirmations,
} from './confirmations.ts';
export {
  createPolicy,
  type LivePolicy,
  loadLivePolicy,
  loadPolicy,
  type Policy,
  principalOf,
} from './policy.ts';
export type { Wish } from './verdict.ts';
