// The configuration that stands in for a local one in the demo world: three agents that hand over in a circle.
import { join } from 'node:path';
import type { Layer } from '../core/config/load.ts';
import { demoAgents, demoWorkspace } from './cast.ts';

/** The layer itself. @param home SWARMLINE_HOME @param root the package's folder */
export function demoLayer(home: string, root: string): Layer {
  return {
    origin: 'the demo world',
    values: {
      // Apart from what a swarm of one's own keeps in the same Redis.
      redis: { prefix: '{swarmline-demo}' },
      pipeline: {
        chainFile: join(root, 'config/demo-chain.yaml'),
        agents: demoAgents.map((id) => ({
          id,
          statusFile: join(demoWorkspace(home, id), 'status.json'),
          inbox: join(demoWorkspace(home, id), 'inbox'),
        })),
      },
    },
  };
}
