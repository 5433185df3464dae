// A dead letter whose delivery has ended is kept and told so: its job would find nothing left to do.
import { expect, it } from 'vitest';
import type { DeliveryState } from '../../../src/contracts/agents.ts';
import type { DeadLetter } from '../../../src/contracts/queues.ts';
import { makeSettleLetters } from '../../../src/queue/index.ts';
import { inQueue } from '../../support/kept.ts';
import { delivery } from '../commands/ports.ts';
import { ManualClock } from '../core/manual-clock.ts';

const replyTo = { surface: 'console', place: 'main' } as const;
const letter: DeadLetter = {
  ...{ id: 'j-1', queue: 'gas', name: 'gas.deliver', code: 'INBOX_UNWRITABLE', reason: 'disk full' },
  ...{ attempts: 5, firstAt: 1, lastAt: 2, data: { envelope: {}, body: { gas: delivery('g-1').gas } } },
};

/** Redrives one letter whose delivery is in that state; what was said, and which letters were run again. */
async function redriven(state: DeliveryState | null, one = letter) {
  const told: string[] = [];
  const states: unknown[] = [];
  const again: string[] = [];
  const clock = new ManualClock(1_000);
  const handler = makeSettleLetters({
    ...{ clock, authority: { allows: async () => true }, ledger: { state: async () => state } },
    jobs: {
      add: async ({ body }) => {
        if ('text' in body) told.push(String(body.text));
        if ('steps' in body) states.push(...body.steps.map(({ state }) => state));
        return inQueue;
      },
    },
    queues: {
      deadLetters: async () => ({ letters: [one], total: 1, cut: 0 }),
      deadLetter: async () => ({ letter: one, ids: [one.id] }),
      redrive: async ({ id }) => {
        again.push(id);
        return 'redriven';
      },
      discard: async () => undefined,
    },
  });
  const envelope = {
    ...({ v: 1, id: 'o-1', correlationId: 'c-1', causationId: null, principal: 'console:local' } as const),
    ...{ issuedAt: 900, deadline: 2_000 },
  };
  const body = { order: 'redrive', id: one.id, queue: null, replyTo } as const;
  await handler.run(body, { envelope, signal: new AbortController().signal });
  return { told, again, states };
}

it.each(['failed', 'expired'] as const)('the letter of a delivery that is %s is kept', async (state) => {
  const text = `1 kept: a delivery that is ${state} is not run again; gas reassign or message gives it anew`;
  expect(await redriven(state)).toEqual({ told: [text], again: [], states: ['failed'] });
});

it.each(['rerouted', 'working'] as const)(
  'that of one that is %s is kept, and nobody sent to do it anew',
  async (state) => {
    expect(await redriven(state)).toEqual({
      told: [`1 kept: a delivery that is ${state} is not run again`],
      again: [],
      states: ['failed'],
    });
  },
);

it.each(['pending', 'queued', 'unknown'] as const)(
  'that of one that is still %s is run again',
  async (state) => {
    const told = ['1 put back into the queue'];
    expect(await redriven(state)).toEqual({ told, again: ['j-1'], states: [] });
  },
);

it('a letter of any other job, or without a body, is run again', async () => {
  for (const one of [
    { ...letter, name: 'pipeline.sweep' },
    { ...letter, data: 'torn' },
  ])
    expect((await redriven('failed', one)).again).toEqual(['j-1']);
});
