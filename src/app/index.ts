// The application: configuration, backends, wiring.

export { resetLine } from './component-log.ts';
export { type LoadedConfig, loadConfig } from './config.ts';
export { type AuditAccess, openAudit } from './audit-access.ts';
export { createDemoWorld } from './demo-world.ts';
export { examine } from './doctor.ts';
export { logCheck } from './health.ts';
export { leaveRunNote, takePidLock } from './pid-lock.ts';
export { createPlatform, type Platform } from './platform.ts';
export { createReloader } from './reload.ts';
export { packageVersion } from './version.ts';
export { isRole, type Role, roles } from './roles.ts';
export { findBackends } from './servers.ts';
export { checkStart } from './start-checks.ts';
export { takeOverAnchor } from './wiring/audit.ts';
