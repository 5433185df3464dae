// Which jobs wait for each other, and which say the same.
import { describe, expect, it } from 'vitest';
import { laneOf, textOf } from '../../../src/contracts/lanes.ts';

const common = { by: 'Ann', replyTo: { surface: 'console', place: 'main' } } as const;
const pauseOf = (agent: string | null) => laneOf('gas.pause', { ...common, agent });
const gas = {
  ...{ id: 'g-1', from: 'Agent-1', to: 'Agent-2', mission: 'm', epoch: 1, checkpoint: null, percent: null },
  ...{ createdAt: 0, text: 'go on' },
};

describe('what people order of one agent', () => {
  it('comes one after another, whatever it is', () => {
    const resume = laneOf('gas.resume', { ...common, agent: 'Agent-2', held: 'deliver' });
    const message = laneOf('agent.message', { ...common, to: 'Agent-2', text: 'stop' });
    expect([resume, message]).toEqual([pauseOf('Agent-2'), pauseOf('Agent-2')]);
  });

  it('does not wait for its gas, for another agent, or for all of them', () => {
    const lanes = [laneOf('gas.deliver', { gas }), pauseOf('Agent-2'), pauseOf('Agent-3'), pauseOf(null)];
    expect(new Set(lanes).size).toBe(4);
    expect(lanes).not.toContain(undefined);
  });
});

it('orders about one queue come one after another, and those about others do not wait for them', () => {
  const { replyTo } = common;
  const lane = (queue: string, order: 'pause' | 'resume') => laneOf('queue.hold', { queue, order, replyTo });
  expect(lane('gas', 'pause')).toBe(lane('gas', 'resume'));
  expect(lane('gas', 'pause')).not.toBe(lane('services', 'pause'));
});

it('gas in the place of another is never a copy: work comes back to who had it before', () => {
  expect(textOf('gas.deliver', { gas })).toMatchObject({ id: 'g-1' });
  expect(textOf('gas.deliver', { gas: { ...gas, replaces: 'g-0' } })).toBeUndefined();
});
