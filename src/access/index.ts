// Access: who may do what, what stands between a wish and its effect, and the record of both.

export { type Access, createAccess, type Entered } from './access.ts';
export type { Unreadable } from './approvals/read.ts';
export { type Approval, type Decided, isIntact } from './approvals/record.ts';
export { type Approvals, createApprovals } from './approvals/store.ts';
export {
  type AuditEntry,
  type AuditEvent,
  type AuditFilter,
  type AuditLine,
  type AuditReader,
  type AuditSink,
  auditEvents,
  auditLineSchema,
} from './audit.ts';
export { anchorDoubt, readAnchor, writeAnchor } from './audit-anchor.ts';
export { AuditLog } from './audit-log.ts';
export { type AuditRecord, createAuditRecord } from './audit-walk.ts';
export type { LimitsConfig } from './config.ts';
export { type Danger, dangerLevels, stricter } from './danger.ts';
export { createFloodGuard, type FloodGuard } from './flood.ts';
export type { Entitlement } from './granting.ts';
export { createGrants, type Grant } from './grants.ts';
export {
  type Admission,
  type Cooldown,
  createLimits,
  type Limits,
  type Rate,
  type Ticket,
  type UseEnd,
} from './limits.ts';
export { createLinks } from './links.ts';
export {
  createPolicy,
  type LivePolicy,
  loadLivePolicy,
  loadPolicy,
  type Policy,
  type Refusal,
} from './policy.ts';
export { createRecall } from './recall.ts';
export { principalOf } from './rules.ts';
export type { Reading, Verdict, Wish } from './verdict.ts';
