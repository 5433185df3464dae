import { describe, expect, it } from 'vitest';
import { isNews, readAnswer } from '../../../src/bridge/restart-answers.ts';
import { type ServiceEvent, serviceEventSchema } from '../../../src/contracts/bus.ts';

const event = (changes: Partial<ServiceEvent>): ServiceEvent =>
  serviceEventSchema.parse({
    ...{
      v: 1,
      id: 'e',
      correlationId: 'c',
      causationId: null,
      issuedAt: 1,
      deadline: 2,
      principal: 'system:x',
    },
    ...{ service: 'slam', instance: 'i', incarnation: 'new', previousIncarnation: 'old', orderId: 'o' },
    ...{ state: 'ready', detail: '' },
    ...changes,
  });

describe('an answer to a restart order', () => {
  it('proves the restart when another incarnation is ready', () => {
    expect(readAnswer(event({}))).toEqual({ kind: 'ready', oldIncarnation: 'old', incarnation: 'new' });
  });

  it('proves nothing when the old incarnation is ready', () => {
    expect(readAnswer(event({ incarnation: 'old' }))).toEqual({ kind: 'nothing' });
  });

  it('proves nothing when no incarnation is named', () => {
    expect(readAnswer(event({ incarnation: null }))).toEqual({ kind: 'nothing' });
  });

  it.each(['failed', 'stopped'] as const)('ends the restart as failed when the sidecar says %s', (state) => {
    expect(readAnswer(event({ state, detail: 'why' }))).toEqual({ kind: 'failed', reason: 'why' });
  });

  it('is news only when it lies further on the way', () => {
    expect(isNews('accepted', null)).toBe(true);
    expect(isNews('starting', 'accepted')).toBe(true);
    expect(isNews('accepted', 'accepted')).toBe(false);
    expect(isNews('sent', 'starting')).toBe(false);
  });
});
