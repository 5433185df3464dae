// Who is asked to take over, where some of the agents have no inbox.
import { describe, expect, it } from 'vitest';
import { stallConfigSchema } from '../../../src/pipeline/stall/config.ts';
import { noEvidence } from '../../../src/pipeline/stall/evidence.ts';
import { gather } from '../../../src/pipeline/stall/gather.ts';
import { minute, start } from './stall-life.ts';
import { runOf, storeOf } from './stall-scene.ts';

const now = start + 60 * minute;
/** B is silent over gas of A; C and D are at work. */
async function looks(inboxless: readonly string[]) {
  const runs = [runOf('A', now), runOf('B', start), runOf('C', now), runOf('D', now)];
  return gather(
    {
      store: storeOf(() => runs),
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
