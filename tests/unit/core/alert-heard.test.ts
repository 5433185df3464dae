// What a channel is told of ends: of each beginning that it took, once, and of no other.
import { expect, it } from 'vitest';
import type { Notice, NoticedAlert } from '../../../src/core/alerts/alert.ts';
import { Heard } from '../../../src/core/alerts/heard.ts';

const alert = (key: string, since: number, over: boolean): NoticedAlert => ({
  key,
  since,
  over,
  source: 'links',
  severity: 'warning',
  title: key,
  detail: '',
  runbook: '',
  count: 1,
  labels: {},
});
const notice = (kind: Notice['kind'], alerts: readonly NoticedAlert[]): Notice => ({
  kind,
  severity: 'warning',
  at: 0,
  alerts,
  more: { alerts: 0, sources: [] },
});
const firing = (...keys: string[]) =>
  notice(
    'firing',
    keys.map((key) => alert(key, 1, false)),
  );
const over = (...keys: string[]) =>
  notice(
    'resolved',
    keys.map((key) => alert(key, 1, true)),
  );
const keysOf = (told: Notice | null) => told?.alerts.map(({ key }) => key) ?? null;

/** A channel that has taken these. */
function heardOf(...keys: string[]) {
  const heard = new Heard();
  heard.begin(firing(...keys), 0);
  heard.took(firing(...keys));
  return heard;
}

it('is told the ends of what it took, and nothing where that is nothing', () => {
  const heard = heardOf('a', 'b');
  expect(keysOf(heard.begin(over('a', 'c'), 10))).toEqual(['a']);
  expect(heard.begin(over('c'), 10)).toBeNull();
  const mixed = notice('summary', [alert('d', 1, false), alert('c', 1, true), alert('b', 1, true)]);
  expect(keysOf(heard.begin(mixed, 10))).toEqual(['d', 'b']);
});

it('is told what is only counted', () => {
  const counted = { ...over(), more: { alerts: 3, sources: ['links'] } };
  expect(new Heard().begin(counted, 0)).toEqual(counted);
});

it('is told an end once', () => {
  const heard = heardOf('a');
  heard.took(over('a'));
  expect(heard.begin(over('a'), 10)).toBeNull();
});

it('is told an end again after 5 s, after two minutes once a minute, after a day no more', () => {
  const heard = heardOf('a');
  const times: number[] = [];
  heard.missed(over('a'), 0);
  for (let second = 1; second <= 25 * 3_600; second += 1) {
    const due = heard.due(second * 1_000);
    if (due === null) continue;
    times.push(second);
    heard.missed(due, second * 1_000);
  }
  expect(times.slice(0, 3)).toEqual([5, 10, 15]);
  expect(times.filter((second) => second > 120).slice(0, 2)).toEqual([180, 240]);
  expect(times.at(-1)).toBe(24 * 3_600);
});

it('is not told twice at once, and not again once it has taken it', () => {
  const heard = heardOf('a');
  heard.missed(over('a'), 0);
  expect(keysOf(heard.due(5_000))).toEqual(['a']);
  expect(heard.due(20_000)).toBeNull();
  heard.took(over('a'));
  expect(heard.due(60_000)).toBeNull();
});

it('waits with an end for its beginning that is still on its way', () => {
  const [taken, missed] = [new Heard(), new Heard()];
  for (const heard of [taken, missed]) {
    heard.begin(firing('a'), 0);
    expect(heard.begin(over('a'), 100)).toBeNull();
    expect(heard.due(10_000)).toBeNull();
  }
  taken.took(firing('a'));
  missed.missed(firing('a'), 11_000);
  expect([taken, missed].map((heard) => keysOf(heard.due(12_000)))).toEqual([['a'], null]);
});

it('does not hear the former end of what is so again', () => {
  const heard = heardOf('a');
  heard.missed(over('a'), 0);
  const again = notice('firing', [alert('a', 2, false)]);
  heard.begin(again, 3_000);
  heard.took(again);
  expect(heard.due(60_000)).toBeNull();
  expect(keysOf(heard.begin(notice('resolved', [alert('a', 2, true)]), 61_000))).toEqual(['a']);
});

/** When a channel is tried again that takes nothing, s. */
function triesOf(heard: Heard, missed: Notice): number[] {
  const times: number[] = [];
  heard.begin(missed, 0);
  heard.missed(missed, 0);
  for (let second = 1; second <= 3_600; second += 1) {
    const due = heard.due(second * 1_000);
    if (due === null) continue;
    times.push(second);
    heard.missed(due, second * 1_000);
  }
  return times;
}

it('is told a beginning that it missed again for as long as it is tried, and then neither that nor its end', () => {
  const heard = new Heard(600_000);
  const times = triesOf(heard, firing('a'));
  expect([times.slice(0, 3), times.at(-1)]).toEqual([[5, 10, 15], 600]);
  expect(heard.begin(over('a'), 3_700_000)).toBeNull();
  expect(triesOf(new Heard(), firing('a'))).toEqual([]);
});

it('is told the end behind a beginning that it took late', () => {
  const heard = new Heard(600_000);
  heard.begin(firing('a', 'b'), 0);
  heard.missed(firing('a', 'b'), 0);
  expect(heard.begin(over('a'), 2_000)).toBeNull();
  const late = heard.due(7_000);
  expect([late?.kind, keysOf(late)]).toEqual(['firing', ['a', 'b']]);
  expect(heard.due(8_000)).toBeNull();
  heard.took(late ?? firing());
  const end = heard.due(9_000);
  expect([end?.kind, keysOf(end)]).toEqual(['resolved', ['a']]);
  expect(keysOf(heard.begin(over('b'), 10_000))).toEqual(['b']);
});

it('is not told a beginning that it refused, nor one that has begun anew since', () => {
  const heard = new Heard(600_000);
  heard.begin(firing('a', 'b'), 0);
  heard.missed(firing('a', 'b'), 0, { mayPass: false });
  expect(heard.due(60_000)).toBeNull();
  const again = notice('firing', [alert('a', 2, false)]);
  heard.begin(firing('a'), 0);
  heard.missed(firing('a'), 0);
  heard.begin(again, 3_000);
  expect(heard.due(60_000)).toBeNull();
  heard.missed(again, 60_000);
  expect(heard.due(70_000)?.alerts).toEqual(again.alerts);
});

it('remembers no more than four hundred', () => {
  const heard = heardOf(...Array.from({ length: 500 }, (_, i) => `${i}`));
  expect(keysOf(heard.begin(over('0', '99', '100', '499'), 10))).toEqual(['100', '499']);
});
