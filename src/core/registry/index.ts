// The registry: who is there, where, since when and how well. It knows names and leases, not what they mean.
export type { Instance, LeaseRecord } from './record.ts';
export { Registration } from './registration.ts';
export { Registry } from './registry.ts';
export { gapsIn, heardWithin, isProved } from './resolve.ts';
export { type Change, RegistryWatch } from './watch.ts';
