// How far an alert got on one way: what is said of it follows its newest telling, and no reminder.
import { expect, it } from 'vitest';
import type { Notice, NoticedAlert } from '../../../src/core/alerts/alert.ts';
import { Ways } from '../../../src/core/alerts/ways.ts';

const alert = (key: string, given: Partial<NoticedAlert> = {}): NoticedAlert => ({
  ...{ key, source: 'links', severity: 'warning', title: key, detail: '', runbook: '', count: 1, labels: {} },
  ...{ since: 1, over: false },
  ...given,
});
const notice = (...alerts: readonly NoticedAlert[]): Notice => ({
  ...{ kind: 'firing', severity: 'warning', at: 0, alerts, more: { alerts: 0, sources: [] } },
});

it('knows nothing of what it was not given, and of the same that began anew', () => {
  const ways = new Ways();
  const first = notice(alert('a'));
  ways.sending(first, 5);
  ways.taken(first, 6, null);
  expect(ways.of(alert('a'))).toEqual({ state: 'told', at: 6, why: '' });
  expect([ways.of(alert('b')), ways.of(alert('a', { since: 2 }))]).toEqual([null, null]);
});

it('tells of one that got worse how its newest telling stands', () => {
  const ways = new Ways();
  const [mild, bad] = [notice(alert('a')), notice(alert('a', { severity: 'critical' }))];
  ways.sending(mild, 0);
  ways.taken(mild, 0, null);
  ways.sending(bad, 1);
  expect(ways.of(alert('a'))?.state).toBe('sending');
  ways.missed(bad, 2, 'away');
  expect(ways.of(alert('a'))).toEqual({ state: 'missed', at: 2, why: 'away' });
});

it('keeps that it was missed until it is taken', () => {
  const ways = new Ways();
  const one = notice(alert('a'));
  ways.sending(one, 0);
  ways.missed(one, 1, 'away');
  ways.sending(one, 2);
  expect(ways.of(alert('a'))?.state).toBe('missed');
  ways.taken(one, 3, null);
  expect(ways.of(alert('a'))).toEqual({ state: 'told', at: 3, why: '' });
});

it('asks once for a notice of several, until its fate is known', () => {
  const ways = new Ways();
  const both = notice(alert('a'), alert('b'));
  ways.sending(both, 0);
  ways.taken(both, 1, both);
  expect([ways.underWay(), ways.of(alert('b'))?.state]).toEqual([[both], 'kept']);
  ways.ended(both, 2, 'refused');
  expect([ways.underWay(), ways.of(alert('b'))]).toEqual([[], { state: 'missed', at: 2, why: 'refused' }]);
});

it('forgets what is over, and the oldest of very many', () => {
  const ways = new Ways();
  ways.sending(notice(alert('a')), 0);
  ways.sending(notice(alert('a', { over: true })), 1);
  expect(ways.of(alert('a'))).toBeNull();
  for (let i = 0; i <= 400; i += 1) ways.sending(notice(alert(String(i))), i);
  expect([ways.of(alert('0')), ways.of(alert('1'))?.state]).toEqual([null, 'sending']);
});
