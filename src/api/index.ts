// The HTTP face: probes, commands, results.
export { HealthServer } from './health-server.ts';
export type { Readiness } from './probes.ts';
export { createResults } from './results.ts';
export { ApiServer } from './server.ts';
