// A gas for tests; what a test does not name does not matter to it.
import type { Gas } from '../../../src/contracts/agents.ts';

export function gas(some: Partial<Gas> = {}): Gas {
  return {
    id: 'xa1b2c3',
    from: 'Agent-1',
    to: 'Agent-2',
    mission: 'a mission',
    epoch: 1,
    checkpoint: 75,
    percent: 80,
    createdAt: 5,
    text: 'go on',
    ...some,
  };
}
