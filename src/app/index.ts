// The application: configuration, backends, wiring.
export { type LoadedConfig, loadConfig } from './config.ts';
export { createDemoWorld } from './demo-world.ts';
export { takePidLock } from './pid-lock.ts';
export { createPlatform, type Platform } from './platform.ts';
export { isRole, type Role, roles } from './roles.ts';
export { findBackends } from './servers.ts';
