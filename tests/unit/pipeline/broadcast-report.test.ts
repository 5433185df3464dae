// What is told of one message to several agents: counts that are true, and an end when nothing more is owed.
import { describe, expect, it } from 'vitest';
import type { DeliveryState } from '../../../src/contracts/agents.ts';
import { broadcastReport } from '../../../src/pipeline/broadcast-report.ts';
import { type Delivery, newDelivery, transitionDelivery } from '../../../src/pipeline/delivery.ts';
import { gas } from './gas.ts';

const ids = ['m1', 'm2', 'm3'];
const asked = {
  correlationId: 'c1',
  principal: 'discord:1',
  to: { surface: 'discord', place: '9' } as const,
  siblings: ids,
};

function delivery(at: number, ...states: Exclude<DeliveryState, 'held'>[]): Delivery {
  const begun = newDelivery(gas({ id: `m${at}`, to: `Agent-${at}`, checkpoint: null }), '', { asked });
  return states.reduce(
    (held, state) => transitionDelivery(held, { state, at: 10 + at, detail: '' }).delivery,
    begun,
  );
}

const told = (...deliveries: Delivery[]) => {
  const { text, final, steps, seq } = broadcastReport(deliveries, asked);
  return { text, final, states: steps.map(({ state }) => state), seq };
};

describe('the report of a broadcast', () => {
  it('counts who has it and who took it', () => {
    const deliveries = [delivery(1, 'sent', 'accepted'), delivery(2, 'sent'), delivery(3, 'queued')];
    expect(told(...deliveries)).toEqual({
      text: 'broadcast: 2 of 3 sent, 1 acknowledged',
      final: false,
      states: ['queued'],
      seq: 7,
    });
  });

  it('says sent when all have it', () => {
    const deliveries = [delivery(1, 'sent', 'accepted'), delivery(2, 'sent'), delivery(3, 'sent')];
    expect(told(...deliveries)).toMatchObject({ final: false, states: ['queued', 'sent'] });
  });

  it('says accepted when all took it, and not sooner', () => {
    const deliveries = [1, 2, 3].map((at) => delivery(at, 'sent', 'accepted'));
    expect(told(...deliveries)).toMatchObject({
      text: 'broadcast: 3 of 3 sent, 3 acknowledged',
      final: true,
      states: ['queued', 'sent', 'accepted'],
    });
  });

  it('names who did not get it, and ends as failed', () => {
    const deliveries = [
      delivery(1, 'sent', 'accepted'),
      delivery(2, 'queued', 'failed'),
      delivery(3, 'sent', 'expired'),
    ];
    expect(told(...deliveries)).toMatchObject({
      text: 'broadcast: 2 of 3 sent, 1 acknowledged, 2 failed (Agent-2 failed, Agent-3 expired)',
      final: true,
      states: ['queued', 'sent', 'failed'],
    });
  });

  it('does not call failed what was given to another or taken out', () => {
    const deliveries = [
      delivery(1, 'sent', 'accepted'),
      delivery(2, 'sent', 'rerouted'),
      delivery(3, 'queued', 'suppressed'),
    ];
    expect(told(...deliveries)).toMatchObject({
      text: 'broadcast: 2 of 3 sent, 1 acknowledged, 1 given to another (Agent-2), 1 taken out (Agent-3)',
      final: true,
      states: ['queued', 'sent', 'accepted'],
    });
  });

  it.each([
    ['rerouted', delivery(1, 'sent', 'rerouted')],
    ['suppressed', delivery(1, 'queued', 'suppressed')],
    ['failed', delivery(1, 'queued', 'failed')],
  ])('does not call accepted what nobody acknowledged: %s', (state, first) => {
    const rest = [2, 3].map((at) => delivery(at, 'queued', 'suppressed'));
    const { final, states } = told(first, ...rest);
    expect({ final, last: states.at(-1) }).toEqual({ final: true, last: state });
  });

  it('does not call sent what one has lost and another has not got yet', () => {
    const deliveries = [delivery(1, 'sent', 'expired'), delivery(2, 'queued'), delivery(3, 'queued')];
    expect(told(...deliveries)).toMatchObject({ final: false, states: ['queued'] });
  });

  it('is not over while one of them was not even stored', () => {
    const deliveries = [1, 2].map((at) => delivery(at, 'sent', 'accepted'));
    expect(told(...deliveries)).toMatchObject({
      text: 'broadcast: 2 of 3 sent, 2 acknowledged',
      final: false,
      states: ['queued'],
    });
  });

  it('grows in number with every step of every delivery', () => {
    const before = told(delivery(1, 'sent'), delivery(2, 'queued')).seq;
    expect(told(delivery(1, 'sent'), delivery(2, 'queued', 'sent')).seq).toBe(before + 1);
  });
});
