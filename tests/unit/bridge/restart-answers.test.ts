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
    expect(readAnswer(event({}), null)).toEqual({ kind: 'ready', oldIncarnation: 'old', incarnation: 'new' });
  });

  it('proves nothing when the old incarnation is ready', () => {
    expect(readAnswer(event({ incarnation: 'old' }), null)).toEqual({ kind: 'nothing' });
  });

  it('proves nothing when no incarnation is named', () => {
    expect(readAnswer(event({ incarnation: null }), null)).toEqual({ kind: 'nothing' });
  });

  it('proves nothing when the incarnation is ready that was known before, whatever the event says', () => {
    expect(readAnswer(event({}), 'new')).toEqual({ kind: 'nothing' });
  });

  it('tells of the incarnation known before where the sidecar does not say which it replaced', () => {
    expect(readAnswer(event({ previousIncarnation: null }), 'known')).toEqual({
      ...{ kind: 'ready', oldIncarnation: 'known', incarnation: 'new' },
    });
  });

  it('ends the restart as failed when the sidecar has given up', () => {
    expect(readAnswer(event({ state: 'stopped', detail: 'why' }), null)).toEqual({
      ...{ kind: 'failed', reason: 'why' },
    });
  });

  it('does not end the restart when a start has failed that is tried again', () => {
    expect(readAnswer(event({ state: 'failed', detail: 'why' }), null)).toEqual({
      ...{ kind: 'trouble', reason: 'why' },
    });
  });

  it('is news only when it lies further on the way', () => {
    expect(isNews('accepted', null)).toBe(true);
    expect(isNews('starting', 'accepted')).toBe(true);
    expect(isNews('accepted', 'accepted')).toBe(false);
    expect(isNews('sent', 'starting')).toBe(false);
  });
});
