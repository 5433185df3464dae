// What a look of the stall watch sees of a swarm with more deliveries than anybody lists.
import { describe, expect } from 'vitest';
import { silentLogger } from '../../../src/core/logger.ts';
import { newDelivery, transitionDelivery } from '../../../src/pipeline/delivery.ts';
import { newRun } from '../../../src/pipeline/run.ts';
import { stallConfigSchema } from '../../../src/pipeline/stall/config.ts';
import { noEvidence } from '../../../src/pipeline/stall/evidence.ts';
import { gather } from '../../../src/pipeline/stall/gather.ts';
import { createGasStore } from '../../../src/pipeline/store.ts';
import { it } from '../../support/fixtures.ts';
import { gas } from '../../unit/pipeline/gas.ts';

const sent = (id: string, createdAt: number) => ({
  ...newDelivery(gas({ id, createdAt }), ''),
  state: 'sent' as const,
});
const unsaved = { version: 0, value: null };

describe('a look at a receiver of much gas', () => {
  it('sees that it acknowledged a piece which is older than all that others were given since', async ({
    redis,
    prefix,
  }) => {
    const store = createGasStore({ redis, logger: silentLogger }, { prefix });
    await store.saveDelivery(unsaved, sent('old', 1));
    await store.saveDelivery(unsaved, sent('older-open', 2));
    const newer = Array.from({ length: 1_100 }, (_, at) => sent(`new-${at}`, 10 + at));
    await Promise.all(
      newer.map((one) => store.saveDelivery(unsaved, { ...one, gas: { ...one.gas, to: 'C' } })),
    );
    const held = await store.delivery('old');
    const event = { state: 'accepted', at: 9_000, detail: 'moved to done/' } as const;
    await store.saveDelivery(held, transitionDelivery(held.value ?? sent('old', 1), event).delivery);
    await store.close('old', 9_000);
    const [look] = await gather(
      {
        store: { ...store, runs: async () => ({ values: [newRun('Agent-2')], unreadable: [] }) },
        watches: { many: async () => [null] },
        evidence: async () => noEvidence,
      },
      { agents: [{ id: 'Agent-2' }], stall: stallConfigSchema.parse({}) },
      10_000,
    );
    expect(look?.facts).toMatchObject({ signs: { inbox: 9_000 }, hasGas: true });
  });
});
