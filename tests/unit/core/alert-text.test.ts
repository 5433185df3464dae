// Notices as people read them: the title above the lines, as chat and webhook put them.
import { describe, expect, it } from 'vitest';
import type { Notice, NoticedAlert } from '../../../src/core/alerts/alert.ts';
import { noticeLines, noticeTitle } from '../../../src/core/alerts/text.ts';

const alert = (key: string, given: Partial<NoticedAlert> = {}): NoticedAlert => ({
  key,
  source: 'links',
  severity: 'critical',
  title: `${key} is down`,
  detail: 'no answer',
  runbook: 'docs/runbook.md#link-down',
  count: 1,
  labels: {},
  since: 1_700_000_000_000,
  over: false,
  ...given,
});
const textOf = (kind: Notice['kind'], alerts: readonly NoticedAlert[], more: Notice['more'] = none) => {
  const notice = { kind, severity: 'critical', at: 1_700_000_000_000, alerts, more } as const;
  return [noticeTitle(notice), ...noticeLines(notice)];
};
const none = { alerts: 0, sources: [] };
const redis = alert('redis');
const since = 'since 2023-11-14 22:13:20 UTC';

describe('the text of a notice', () => {
  it('of one alert says its title once', () => {
    expect(textOf('firing', [redis])).toEqual([
      'Alert (critical): redis is down',
      `no answer (redis, ${since}; docs/runbook.md#link-down)`,
    ]);
    expect(textOf('firing', [{ ...redis, detail: '' }])[1]).toBe(
      `redis, ${since}; docs/runbook.md#link-down`,
    );
  });

  it('of one that is over says its title once', () => {
    expect(textOf('resolved', [{ ...redis, over: true }])).toEqual([
      'No longer so: redis is down',
      `redis, ${since}`,
    ]);
  });

  it('of several names each, and what is over where they are mixed', () => {
    expect(textOf('summary', [redis, alert('hub', { over: true })])).toEqual([
      'Alerts (critical): 2 alerts',
      `redis is down: no answer (redis, ${since}; docs/runbook.md#link-down)`,
      `no longer so: hub is down (hub, ${since})`,
    ]);
  });

  it('of one that is named beside others that are counted names it', () => {
    expect(textOf('firing', [redis], { alerts: 7, sources: ['jobs'] })).toEqual([
      'Alert (critical): 8 alerts',
      `redis is down: no answer (redis, ${since}; docs/runbook.md#link-down)`,
      'and 7 more of 1 kind',
    ]);
  });
});
