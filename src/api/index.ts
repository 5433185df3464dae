// The HTTP face: probes, commands, results.
export { createResults } from './results.ts';
export { ApiServer, type Readiness } from './server.ts';
