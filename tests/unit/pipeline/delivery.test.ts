import { describe, expect, it } from 'vitest';
import { type DeliveryState, deliveryStates } from '../../../src/contracts/agents.ts';
import {
  type Delivery,
  type DeliveryEvent,
  deliveryTable,
  isClosed,
  isTooEarly,
  newDelivery,
  transitionDelivery,
  transitionMissed,
} from '../../../src/pipeline/delivery.ts';
import { deliveryReport } from '../../../src/pipeline/report.ts';
import { gas } from './gas.ts';

const claims = deliveryStates.filter((state) => state !== 'held');
const everyPair = deliveryStates.flatMap((from) => claims.map((to) => [from, to] as const));

function inState(state: DeliveryState): Delivery {
  return { ...newDelivery(gas(), 'decided'), state };
}

const event = (state: DeliveryEvent['state']): DeliveryEvent => ({ state, at: 9, detail: 'because' });

describe('the table of a delivery', () => {
  it.each(everyPair)('answers %s + %s as it is written', (from, to) => {
    const before = { ...inState(from), alert: { at: 7, why: 'nobody answers' } };
    const { delivery, effects } = transitionDelivery(before, event(to));
    const moves = deliveryTable[from].includes(to);
    expect(moves ? delivery.state : delivery).toBe(moves ? to : before);
    expect(effects).toEqual(moves ? ['report'] : []);
  });

  it('wants nobody any more for gas of which nobody could tell, once it lies in a mailbox', () => {
    const before = { ...inState('unknown'), alert: { at: 7, why: 'nobody can tell' } };
    const { delivery } = transitionDelivery(before, { ...event('queued'), waits: true });
    expect([delivery.state, delivery.alert]).toEqual(['queued', null]);
  });

  it('leads from held to every state', () => {
    const reached = new Set<string>(['held']);
    const visit = (state: DeliveryState) => {
      for (const next of deliveryTable[state]) {
        if (!reached.has(next)) {
          reached.add(next);
          visit(next);
        }
      }
    };
    visit('held');
    expect([...reached].sort()).toEqual([...deliveryStates].sort());
  });

  it('never leads back', () => {
    const pairs = everyPair.filter(([from, to]) => deliveryTable[from].includes(to));
    expect(pairs.filter(([from, to]) => deliveryTable[to].some((state) => state === from))).toEqual([]);
  });

  it.each(['failed', 'rerouted', 'expired'] as const)('takes an acknowledgement after %s', (state) => {
    expect(transitionDelivery(inState(state), event('accepted')).delivery.state).toBe('accepted');
  });

  it.each(['accepted', 'working'] as const)('calls %s too early until the gas was sent', (claim) => {
    expect(deliveryStates.filter((state) => isTooEarly(state, claim))).toEqual(['held', 'pending', 'queued']);
  });

  describe('keeps the own word of its receiver where somebody else was first', () => {
    const byPerson = 'on the word of cli:local';
    type Said = readonly [state: 'accepted' | 'working', detail: string];
    const saying = (...said: readonly Said[]) =>
      said.reduce(
        (held, [state, detail], i) => transitionDelivery(held, { state, at: 9 + i, detail }).delivery,
        inState('sent'),
      );
    const own = (state: Said[0]): Said => [state, 'told by Agent-2'];
    const sentence = (held: Delivery) => deliveryReport(held, { surface: 'discord', place: '1' }).text;

    it('once, and says that it is its own', () => {
      const held = saying(['accepted', byPerson], own('accepted'));
      expect(held).toMatchObject({ state: 'accepted', since: 9 });
      expect(held.steps.slice(1)).toEqual([
        { state: 'accepted', at: 9, detail: byPerson },
        { state: 'accepted', at: 10, detail: 'told by Agent-2' },
      ]);
      expect(sentence(held)).toBe('Agent-2 accepted the 75 % gas of Agent-1 (mission a mission)');
      expect(transitionDelivery(held, event('accepted'))).toEqual({ delivery: held, effects: [] });
      const later = { state: 'accepted', at: 20, detail: byPerson } as const;
      expect(transitionDelivery(held, later).delivery).toBe(held);
    });

    it('and says what is not', () => {
      const held = saying(['working', byPerson], own('accepted'));
      expect([held.state, held.steps.at(-1)?.detail]).toEqual(['working', 'told by Agent-2']);
      expect(sentence(held)).toMatch(/^Agent-2 works on .*, on the word of cli:local \(/);
      const works = saying(['working', byPerson], own('accepted'), own('working'), own('accepted'));
      expect([works.steps.length, sentence(works)]).toEqual([
        4,
        'Agent-2 works on the 75 % gas of Agent-1 (mission a mission)',
      ]);
    });
  });

  it('does not let a gas be given up that lies in the inbox and for which nobody is wanted', () => {
    expect(transitionDelivery(inState('sent'), event('suppressed')).delivery.state).toBe('sent');
  });

  it('does not let a gas that lies in the inbox fail', () => {
    expect(transitionDelivery(inState('sent'), event('failed')).delivery.state).toBe('sent');
  });

  it('keeps each reason of a failed try once, and once more where it was to be laid down again', () => {
    const miss = (held: Delivery, why: string) => transitionMissed(held, 9, why).delivery;
    const queued = inState('queued');
    const missed = ['500', '500', 'no route', '500'].reduce(miss, queued);
    expect(missed).toMatchObject({ state: 'queued', since: queued.since });
    expect(missed.steps.slice(1).map(({ detail }) => detail)).toEqual([
      'not laid down: 500',
      'not laid down: no route',
    ]);
    const many = Array.from({ length: 30 }, (_, i) => `after ${i} ms`).reduce(miss, queued);
    expect(many.steps).toHaveLength(11);
    const sent = transitionDelivery(many, event('sent')).delivery;
    const again = ['after 1 ms', 'after 1 ms'].reduce(miss, sent);
    expect(again).toMatchObject({ state: 'sent', since: sent.since, tries: sent.tries });
    expect(again.steps.slice(sent.steps.length)).toEqual([
      { state: 'sent', at: 9, detail: 'not laid down: after 1 ms' },
    ]);
    const taken = inState('accepted');
    expect(miss(taken, '500')).toBe(taken);
  });

  it('keeps the history with times and reasons', () => {
    expect(transitionDelivery(newDelivery(gas(), 'decided'), event('queued')).delivery).toMatchObject({
      since: 9,
      steps: [
        { state: 'pending', at: 5, detail: 'decided' },
        { state: 'queued', at: 9, detail: 'because' },
      ],
    });
  });
});

describe('the report of a delivery', () => {
  const to = { surface: 'console', place: 'main' } as const;
  const reportOf = (...states: DeliveryEvent['state'][]) => {
    const start = newDelivery(gas({ from: 'Agent-1', to: 'Agent-2', mission: 'X\n# boo' }), 'decided');
    const end = states.reduce((held, state) => transitionDelivery(held, event(state)).delivery, start);
    return deliveryReport(end, to);
  };

  it('says who accepted what of whom', () => {
    expect(reportOf('queued', 'sent', 'accepted').text).toBe(
      'Agent-2 accepted the 75 % gas of Agent-1 (mission X # boo)',
    );
  });

  it('says why it failed', () => {
    expect(reportOf('queued', 'failed').text).toBe(
      'Agent-2 did not get the 75 % gas of Agent-1: because (mission X # boo)',
    );
  });

  it('shows the steps that people know and not our own note', () => {
    expect(reportOf('queued', 'sent').steps.map(({ state }) => state)).toEqual(['queued', 'sent']);
  });

  it.each(claims.filter((state) => state !== 'pending' && deliveryTable.failed.includes(state)))(
    'ends with the state of now, also where it was something else before: %s',
    (state) => {
      expect(reportOf('failed', state).steps.map((step) => step.state)).toEqual(['failed', state]);
    },
  );

  it('says why nobody can tell, whatever later tries met', () => {
    const unknown = transitionDelivery(newDelivery(gas(), ''), event('unknown')).delivery;
    expect(deliveryReport(transitionMissed(unknown, 10, 'nobody listens').delivery, to).text).toMatch(
      /^nobody can tell whether Agent-2 got .*: because \(/,
    );
  });

  it('says of what is held that it is', () => {
    expect(deliveryReport(newDelivery(gas(), 'paused', { state: 'held' }), to).steps).toMatchObject([
      { state: 'held', detail: 'paused' },
    ]);
  });

  it('says of what is let go that it is queued, once', () => {
    const held = newDelivery(gas(), 'paused', { state: 'held' });
    const free = transitionDelivery(held, { state: 'pending', at: 9, detail: 'let go' }).delivery;
    const queued = transitionDelivery(free, event('queued')).delivery;
    expect(deliveryReport(free, to).steps).toMatchObject([
      { state: 'held', detail: 'paused' },
      { state: 'queued', at: 9, detail: 'let go' },
    ]);
    expect(deliveryReport(queued, to).steps.map(({ state }) => state)).toEqual(['held', 'queued']);
  });

  it('grows in number with each step', () => {
    expect([reportOf('queued').seq, reportOf('queued', 'sent').seq]).toEqual([2, 3]);
  });

  it('shows nothing that could steer a terminal', () => {
    const foreign = gas({ from: '\u001b]0;x', mission: '\u009b2J', checkpoint: 90 });
    const failed = { state: 'failed', at: 9, detail: '\u001b[31mdisk\nfull' } as const;
    const report = deliveryReport(transitionDelivery(newDelivery(foreign, ''), failed).delivery, to);
    expect(JSON.stringify(report)).not.toMatch(/\\u00|\p{Cc}/u);
    expect(report.steps.at(-1)?.detail).toBe('[31mdisk full');
  });

  it.each(claims)('is final when nothing more is owed: %s', (state) => {
    expect(deliveryReport(inState(state), to).final).toBe(isClosed(state));
  });
});
