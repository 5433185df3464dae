// Who is asked to take over, where some of the agents have no inbox.
import { describe, expect, it } from 'vitest';
import type { Gas } from '../../../src/contracts/agents.ts';
import { type Delivery, newDelivery } from '../../../src/pipeline/delivery.ts';
import { newRun, type Run } from '../../../src/pipeline/machine.ts';
import { stallConfigSchema } from '../../../src/pipeline/stall/config.ts';
import { noEvidence } from '../../../src/pipeline/stall/evidence.ts';
import { gather } from '../../../src/pipeline/stall/gather.ts';
import { minute, start } from './stall-life.ts';

const now = start + 60 * minute;
/** At work since the start; seen now or never again. */
const run = (agent: string, seenAt: number): Run => ({
  ...newRun(agent),
  ...{ epoch: 1, epochAt: start, mission: 'M', percent: 40, seenAt },
});
const gas: Gas = {
  ...{ id: 'x1', from: 'A', to: 'B', mission: 'M', epoch: 1, percent: 76, text: 'Go on.' },
  checkpoint: 75,
  createdAt: start,
};
const lying: Delivery = { ...newDelivery(gas, ''), state: 'sent' };

/** B is silent over gas of A; C and D are at work. */
async function looks(inboxless: readonly string[]) {
  const runs = [run('A', now), run('B', start), run('C', now), run('D', now)];
  return gather(
    {
      store: {
        runs: async () => ({ values: runs, unreadable: [] }),
        openDeliveries: async () => [lying],
        recentDeliveries: async () => ({ deliveries: [], unreadable: 0 }),
      },
      watches: { many: async () => runs.map(() => null) },
      evidence: async () => noEvidence,
    },
    { agents: runs.map(({ agent: id }) => ({ id })), inboxless, stall: stallConfigSchema.parse({}) },
    now,
  );
}

const takeOverOfB = async (inboxless: readonly string[]) =>
  (await looks(inboxless)).find(({ agent }) => agent === 'B')?.takeOvers([]);

describe('gas that a silent agent does not take up', () => {
  it('is offered to an agent with an inbox, and to nobody where none has one', async () => {
    expect(await takeOverOfB([])).toEqual([{ delivery: 'x1', to: 'C' }]);
    expect(await takeOverOfB(['C'])).toEqual([{ delivery: 'x1', to: 'D' }]);
    expect(await takeOverOfB(['C', 'D'])).toEqual([]);
  });
});
