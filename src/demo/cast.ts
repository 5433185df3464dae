// Who plays in the demo world, and where their files lie.
import { join } from 'node:path';

export const demoAgents = ['Agent-1', 'Agent-2', 'Agent-3'] as const;
export const demoServices = ['slam', 'frame-processor', 'mesh'] as const;
export const demoDrone = 'demo-1';

/** Folder of one simulated agent: its status.json and its inbox. @param home SWARMLINE_HOME */
export function demoWorkspace(home: string, agent: string): string {
  return join(home, 'demo', agent);
}
