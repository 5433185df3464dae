// What people are told of a nudge, by what became of its delivery; and when a person is called who waits for none.
import { describe, expect, it } from 'vitest';
import { type DeliveryState, stepMarks } from '../../../src/contracts/agents.ts';
import { newDelivery, transitionDelivery } from '../../../src/pipeline/delivery.ts';
import { receivedBy } from '../../../src/pipeline/stall/facts.ts';
import { nudgeText } from '../../../src/pipeline/stall/nudge-told.ts';
import { watchSchema } from '../../../src/pipeline/stall/record.ts';
import { stallsOf } from '../../../src/pipeline/stall/view.ts';
import { hour, minute, nudgeIn, StallLife, working } from './stall-life.ts';

/** Silent for 40 min, nudged 10 min ago. */
const silent = () => new StallLife().live(40 * minute, working);

describe('a nudge', () => {
  it.each<readonly [string, DeliveryState, string]>([
    ['nudge under way', 'pending', ''],
    ['nudge under way', 'queued', ''],
    ['nudge waits to be fetched', 'queued', `${stepMarks.waits}mailbox of A`],
    ['nudge may have come or not, nobody can tell', 'unknown', 'no answer'],
    ['nudged once (sent, not acknowledged)', 'sent', '/inbox/n.md'],
    ['nudged once (acknowledged)', 'accepted', 'moved to done/'],
    ['nudged once (acknowledged on the word of cli:local)', 'working', 'on the word of cli:local'],
    ['nudge failed: nobody listens', 'failed', 'nobody listens'],
    ['nudge expired: not sent within 60 s', 'expired', 'not sent within 60 s'],
    ['nudge is suppressed', 'suppressed', 'given up'],
  ])('is told as "%s" where it is %s', (told, state, detail) => {
    const { watch, now } = silent();
    const nudge = nudgeIn(state, watch, detail);
    expect(nudgeText(watch, now, { nudge })).toBe(told);
    expect(stallsOf(watch, now, { nudge })[0]?.detail).toBe(`last sign: progress, 40 min ago; ${told}`);
  });

  it('of which there is no record is under way while it is owed, and not told as sent after that', () => {
    const { watch, now, effects } = silent();
    const owed = effects.map(({ effect }) => effect);
    expect(nudgeText({ ...watch, owed }, now, {})).toBe('nudge under way');
    const unknown = 'a nudge was decided, and what became of it is not known';
    expect(nudgeText(watch, now, {})).toBe(unknown);
    const { nudge: _, ...older } = watch;
    expect(nudgeText(watchSchema.parse(older), now, {})).toBe(unknown);
  });

  it('of an earlier silence is told with its time, as what it is', () => {
    const { watch, now } = silent();
    const told = (state: DeliveryState) =>
      nudgeText({ ...watch, tier: 'warn' }, now, { nudge: nudgeIn(state, watch, 'nobody listens') });
    expect(told('sent')).toBe('nudged 10 min ago (sent, not acknowledged), not again yet');
    expect(told('failed')).toBe('nudge of 10 min ago failed: nobody listens, not again yet');
  });

  it('is told to the person who is called, too', () => {
    const { watch, now } = new StallLife().live(3 * hour, working);
    const nudge = nudgeIn('failed', watch, 'nobody listens');
    const human = stallsOf(watch, now, { nudge }).find(({ kind }) => kind === 'stalled');
    expect(human?.detail).toContain('; nudge failed: nobody listens');
  });
});

describe('a nudge that failed or expired', () => {
  it.each(['failed', 'expired'] as const)(
    '(%s) has a person called when the next could be sent, and no other nudge sent',
    (state) => {
      const life = silent();
      const lost = receivedBy([nudgeIn(state, life.watch)]).get('A');
      life.live(5 * hour, { ...working, lostNudges: lost?.lostNudges ?? [] });
      expect(life.told()).toEqual(['15 warn', '30 nudge', '90 human']);
    },
  );

  it('has nobody called later than any other, however long the cooldown', () => {
    const life = new StallLife({ cooldownMs: 10 * hour }).live(40 * minute, working);
    life.live(5 * hour, { ...working, lostNudges: [life.watch.nudge ?? ''] });
    expect(life.told()).toEqual(['15 warn', '30 nudge', '120 human']);
  });

  it('in an earlier silence hastens nothing', () => {
    const life = new StallLife({ nudgesPerDay: 1 }).live(40 * minute, working);
    const facts = { ...working, lostNudges: [life.watch.nudge ?? ''], signs: { commit: life.now } };
    life.live(4 * hour, facts);
    expect(life.told()).toEqual(['15 warn', '30 nudge', '41 recovered', '55 warn', '160 human']);
  });

  it('is one no more once its receiver acknowledges it after all', () => {
    const { watch, now } = silent();
    const failed = nudgeIn('failed', watch);
    const { delivery } = transitionDelivery(failed, { state: 'accepted', at: now, detail: '' });
    expect(receivedBy([failed]).get('A')?.lostNudges).toEqual([watch.nudge]);
    expect(receivedBy([delivery]).get('A')?.lostNudges).toEqual([]);
    const gas = { ...failed.gas, from: 'B' };
    expect(receivedBy([{ ...newDelivery(gas, ''), state: 'failed' }]).get('A')?.lostNudges).toEqual([]);
  });
});
