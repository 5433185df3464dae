// Access: who may do what, and the confirmations that stand between a wish and its effect.
export type { AuditSink } from './audit.ts';
export type { LimitsConfig } from './config.ts';
export {
  type Confirmation,
  type Confirmations,
  createConfirmations,
} from './confirmations.ts';
export { createFloodGuard, type FloodGuard } from './flood.ts';
export {
  type Admission,
  type Cooldown,
  createLimits,
  type Limits,
  type Rate,
  type Ticket,
} from './limits.ts';
export {
  createPolicy,
  type LivePolicy,
  loadLivePolicy,
  loadPolicy,
  type Policy,
  principalOf,
} from './policy.ts';
export type { Verdict, Wish } from './verdict.ts';
