// Access: who may do what, and the confirmations that stand between a wish and its effect.
export {
  type AuditEntry,
  type AuditEvent,
  auditEvents,
  type AuditFilter,
  type AuditLine,
  auditLineSchema,
  type AuditReader,
  type AuditSink,
} from './audit.ts';
export { readAnchor, writeAnchor } from './audit-anchor.ts';
export { AuditLog } from './audit-log.ts';
export { type AuditRecord, createAuditRecord } from './audit-walk.ts';
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
export type { Verdict, Wish } from './verdict.ts';
