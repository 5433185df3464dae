// A restart that is called off just before its order goes out.
import { expect, it } from 'vitest';
import { broadcastRestart } from '../../../src/bridge/legacy-restart.ts';
import { RestartConversation, type RestartDeps } from '../../../src/bridge/restart-conversation.ts';
import type { RestartRecord, RestartRecords } from '../../../src/bridge/restart-record.ts';
import type { RestartOrder } from '../../../src/contracts/services.ts';
import { ManualClock } from '../core/manual-clock.ts';

const order: RestartOrder = {
  ...{ id: 'o-1', correlationId: 'c-1', service: 'slam', mode: 'graceful', reason: '', principal: 'a:b' },
  ...{ issuedAt: 0, deadline: Number.MAX_SAFE_INTEGER },
};

/** Everything that a restart needs; it is called off while it is written down that its order goes out. */
function rig() {
  const stop = new AbortController();
  const sent: string[] = [];
  const phases: RestartRecord['phase'][] = [];
  const records = {
    load: async () => null,
    save: async (_id: string, { phase }: RestartRecord) => {
      phases.push(phase);
      stop.abort();
    },
  };
  const deps = {
    connection: { model: {}, backAt: null, onChange: () => () => undefined },
    publisher: { publish: async ({ id }: { id: string }) => sent.push(id) },
    records: records as unknown as RestartRecords,
    events: { listen: () => () => undefined },
    services: { word: async () => null },
    targets: { living: async () => [], pick: async () => null },
    clock: new ManualClock(),
  } as unknown as RestartDeps;
  return { stop, sent, phases, deps };
}

it('is not sent, and is known not to be out', async () => {
  const { deps, stop, sent, phases } = rig();
  const restart = new RestartConversation(deps, order, async () => undefined);
  await expect(restart.run(stop.signal)).rejects.toThrow('interrupted');
  expect([sent, phases]).toEqual([[], ['sending', 'unsent']]);
});

it('is not broadcast either', async () => {
  const { deps, stop, sent, phases } = rig();
  await expect(broadcastRestart(deps, order, stop.signal)).rejects.toThrow('interrupted');
  expect([sent, phases]).toEqual([[], ['sending', 'unsent']]);
});
