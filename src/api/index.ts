// The HTTP face: probes, commands, results.
export { createApiKeys } from './api-keys.ts';
export { HealthServer } from './health-server.ts';
export { describeApi } from './openapi/describe.ts';
export type { Readiness } from './probes.ts';
export { createResults } from './results.ts';
export type { Swarm as ApiSwarm } from './routes/agents.ts';
export { ApiServer } from './server.ts';
