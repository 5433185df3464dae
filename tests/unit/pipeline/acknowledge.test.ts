// Whose word on a gas counts, and for whom what an agent does stands for its word.
import { expect, it } from 'vitest';
import type { Delivery } from '../../../src/pipeline/delivery.ts';
import { newDelivery } from '../../../src/pipeline/delivery.ts';
import { makeAcknowledge } from '../../../src/pipeline/inboxes/acknowledge.ts';
import { withEvidence } from '../../../src/pipeline/inboxes/evidence.ts';
import type { Acknowledgement } from '../../../src/pipeline/inboxes/inbox.ts';
import type { Intake } from '../../../src/pipeline/intake.ts';
import { runOn } from '../../support/runs.ts';
import { gas } from './gas.ts';

const sent: Delivery = {
  ...newDelivery(gas(), ''),
  state: 'sent',
  steps: [{ state: 'sent', at: 10, detail: '' }],
};

function scene() {
  const noted: string[] = [];
  const record = async (id: string, { state, detail }: { state: string; detail: string }) => {
    noted.push(`${id} ${state}: ${detail}`);
    return sent;
  };
  return { noted, record };
}

it('counts the word of the receiver, and of nobody else', async () => {
  const { noted, record } = scene();
  const store = { delivery: async (id: string) => ({ version: 1, value: id === 'xa1b2c3' ? sent : null }) };
  const note = makeAcknowledge({ store, ledger: { record } });
  const word = { agent: 'Agent-2', id: 'xa1b2c3', state: 'working' } as const;
  const told = [
    await note({ ...word, agent: 'Agent-3' }, 'by mail'),
    await note({ ...word, id: 'xnone' }, 'by mail'),
    await note(word, 'by mail'),
  ];
  expect(told).toEqual(['unknown', 'unknown', 'noted']);
  expect(noted).toEqual(['xa1b2c3 sent: by mail', 'xa1b2c3 working: by mail']);
});

it.each([
  ['evidence', ['xa1b2c3 accepted: evidence, not its word: it began the next one after that']],
  ['native', []],
] as const)('looks for evidence where the acknowledgement is %s', async (ack: Acknowledgement, expected) => {
  const { noted, record } = scene();
  const run = runOn('Agent-2', { epochAt: 20, name: 'the next one' }, { writtenAt: 20 });
  const observed: string[] = [];
  const intake: Intake = {
    observe: async (agent) => observed.push(agent) > 0,
    unreadable: async () => true,
    report: async ({ agent }) => {
      observed.push(agent);
      return { accepted: true, mission: 'the next one', epoch: 1, percent: 0, crossed: [] };
    },
    findDry: async () => undefined,
    acknowledge: async () => undefined,
    scheduled: async () => undefined,
  };
  const store = { run: async () => ({ version: 1, value: run }), openDeliveries: async () => [sent] };
  const seen = withEvidence(intake, { store, ledger: { record }, ackOf: () => ack });
  await seen.observe('Agent-2', '{}', 20);
  await seen.observe('Agent-2', null, 20);
  expect([observed, noted]).toEqual([['Agent-2', 'Agent-2'], expected]);
  await seen.report({ agent: 'Agent-2', percent: 0 });
  expect([observed, noted]).toEqual([
    ['Agent-2', 'Agent-2', 'Agent-2'],
    [...expected, ...expected],
  ]);
});
