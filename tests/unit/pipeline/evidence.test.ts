// What an agent's own doings prove of the gas that it was sent.
import { describe, expect, it } from 'vitest';
import type { DeliveryState } from '../../../src/contracts/agents.ts';
import { type Delivery, newDelivery } from '../../../src/pipeline/delivery.ts';
import { evidenceOf } from '../../../src/pipeline/inboxes/evidence.ts';
import type { Run } from '../../../src/pipeline/run.ts';
import { runOn } from '../../support/runs.ts';
import { gas } from './gas.ts';

function delivery(state: DeliveryState = 'sent', sentAt = 100, to = 'Agent-2'): Delivery {
  const steps = [
    { state: 'pending', at: 10, detail: '' } as const,
    { state: 'sent', at: sentAt, detail: 'tmux' } as const,
  ];
  return { ...newDelivery(gas({ to }), ''), state, since: sentAt, steps };
}

const run = (some: Partial<Omit<Run, 'agent' | 'mission'>> = {}, epochAt = 200): Run =>
  runOn('Agent-2', { epoch: 2, epochAt, name: 'the next one' }, { percent: 0, writtenAt: 190, ...some });

describe('evidence', () => {
  it('is a mission that was begun after the gas was sent, and says that nobody said so', () => {
    expect(evidenceOf(run(), [delivery()])).toEqual([
      {
        id: 'xa1b2c3',
        state: 'accepted',
        detail: 'evidence, not its word: it began the next one after that',
      },
    ]);
  });

  it('is work, once something of that mission is done', () => {
    expect(evidenceOf(run({ percent: 12 }), [delivery()])).toEqual([
      {
        id: 'xa1b2c3',
        state: 'working',
        detail: 'evidence, not its word: it began the next one after that and is at 12 %',
      },
    ]);
  });

  it.each([
    ['goes on with the mission that it had', run({ percent: 80 }, 50), delivery()],
    ['began in the very moment of the sending', run({}, 100), delivery()],
    ['wrote it before the gas was sent, though it was read after', run({ writtenAt: 90 }), delivery()],
    ['is another agent', run(), delivery('sent', 100, 'Agent-3')],
    ['was not sent it yet', run(), { ...delivery('queued'), steps: [] }],
    ['has acknowledged it already', run(), delivery('accepted')],
  ])('is none where the agent %s', (_, seen, given) => {
    expect(evidenceOf(seen, [given])).toEqual([]);
  });
});
