// Access: who may do what, and the confirmations that stand between a wish and its effect.
export { type Access, createAccess, type Entered } from './access.ts';
export type { AuditSink } from './audit.ts';
export {
  type Confirmation,
  type Confirmations,
  createConfirmations,
} from './confirmations.ts';
export { utc } from './gates.ts';
export type { Entitlement } from './granting.ts';
export { createGrants, type Grant } from './grants.ts';
export { createLinks } from './links.ts';
export {
  createPolicy,
  type LivePolicy,
  loadLivePolicy,
  loadPolicy,
  type Policy,
} from './policy.ts';
export { createRecall } from './recall.ts';
export { principalOf } from './rules.ts';
export type { Verdict, Wish } from './verdict.ts';
