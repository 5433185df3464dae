// What is told of a nudge, on a real Redis: what became of its delivery.
import { describe, expect } from 'vitest';
import { isNudge } from '../../../src/pipeline/stall/nudge.ts';
import { layDown } from './orders.ts';
import { it, type Rig } from './rig.ts';

/** A is silent, and looked at each minute. */
async function silence(rig: Rig, minutes: number): Promise<void> {
  for (let i = 0; i < minutes; i += 1) {
    rig.advance(60_000);
    await rig.pipeline.work.sweep();
  }
}

async function begin(rig: Rig): Promise<void> {
  await rig.write('A', { current_mission: 'Map', progress: 40 });
  await rig.pipeline.work.sweep();
  await silence(rig, 32);
}

async function nudges({ pipeline }: Rig): Promise<string[]> {
  const { deliveries } = await pipeline.directory.deliveries(100);
  return deliveries.filter(({ gas }) => isNudge(gas)).map(({ gas }) => gas.id);
}

async function shown({ pipeline }: Rig) {
  return (await pipeline.directory.agents()).find(({ agent }) => agent === 'A')?.watch.nudge;
}

describe('a silent agent', () => {
  it('is told as nudged only once its nudge was sent, and a person is called early where it never is', async ({
    rig,
  }) => {
    await begin(rig);
    const told = async () => {
      // Another process, which looked at nothing.
      await rig.twin.stalls.refresh();
      const said = rig.twin.stalls.stalls().map(({ kind, detail }) => `${kind}: ${detail.split('; ')[1]}`);
      return { said, shown: await shown(rig) };
    };
    const [id = ''] = await nudges(rig);
    expect(await told()).toEqual({ said: ['quiet: nudge under way'], shown: 'nudge under way' });
    await rig.pipeline.ledger.record(id, { state: 'failed', detail: 'nobody listens' });
    const failed = 'nudge failed: nobody listens';
    expect(await told()).toEqual({ said: [`quiet: ${failed}`], shown: failed });
    await silence(rig, 60);
    expect(await told()).toEqual({ said: [`quiet: ${failed}`, `stalled: ${failed}`], shown: failed });
    expect(await nudges(rig)).toEqual([id]);
  });

  it('is told as nudged by one that lies in its inbox, and with whose word it is where somebody took it', async ({
    rig,
  }) => {
    await begin(rig);
    await layDown(rig);
    expect(await shown(rig)).toBe('nudged once (sent, not acknowledged)');
    const [id = ''] = await nudges(rig);
    const word = { state: 'accepted', detail: 'on the word of cli:local' } as const;
    await rig.pipeline.ledger.record(id, word);
    await silence(rig, 1);
    expect(await shown(rig)).toBe(`nudged once (acknowledged ${word.detail})`);
  });
});
