// Who is told what and when: the book of alerts, on times that the test names.
import { describe, expect, it } from 'vitest';
import type { AlertSignal, Notice } from '../../../src/core/alerts/alert.ts';
import { shortened } from '../../../src/core/alerts/notices.ts';
import { AlertBook, type BookOptions, bookDefaults } from '../../../src/core/alerts/book.ts';

const second = 1_000;
const minute = 60 * second;

const signal = (key: string, given: Partial<AlertSignal> = {}): AlertSignal => ({
  key,
  source: key.split('/')[0] ?? key,
  severity: 'warning',
  title: `${key} is not well`,
  detail: 'no answer',
  runbook: 'docs/runbook.md#alert-test',
  count: 1,
  labels: {},
  ...given,
});

/** A book with a time of its own; `pass` goes on second by second and gives what was told meanwhile. */
function open(options: Partial<BookOptions> = {}) {
  const book = new AlertBook(options);
  let now = minute;
  const pass = (ms: number): Notice[] => {
    const told: Notice[] = [];
    for (const end = now + ms; now < end; ) {
      now += second;
      for (const alert of book.ended(now)) book.over(alert);
      told.push(...book.take(now).map(shortened));
    }
    return told;
  };
  return {
    book,
    pass,
    now: () => now,
    fire: (key: string, given: Partial<AlertSignal> = {}) => book.firing(signal(key, given), now),
    end: (key: string) => book.resolved(key, now),
  };
}

const kinds = (notices: readonly Notice[]) => notices.map(({ kind }) => kind);
const keys = (notices: readonly Notice[]) => notices.map(({ alerts }) => alerts.map(({ key }) => key));

describe('an alert', () => {
  it('is told once, however often it is said', () => {
    const { fire, pass } = open();
    const told = Array.from({ length: 600 }, () => {
      fire('link/redis');
      return pass(second);
    });
    expect(kinds(told.flat())).toEqual(['firing']);
  });

  it('is told with what was seen of it last', () => {
    const { fire, pass } = open();
    fire('rate/X', { detail: '60 in a minute', count: 60 });
    fire('rate/X', { detail: '900 in a minute', count: 900 });
    expect(pass(minute)[0]?.alerts[0]).toMatchObject({ detail: '900 in a minute', count: 900 });
  });

  it('that is over before it was told is not told at all', () => {
    const { fire, end, pass } = open();
    fire('link/redis');
    pass(3 * second);
    end('link/redis');
    expect(pass(minute)).toEqual([]);
  });

  it('that was told is told to be over, once', () => {
    const { fire, end, pass } = open();
    fire('link/redis');
    pass(minute);
    end('link/redis');
    end('link/redis');
    const told = pass(10 * minute);
    expect(kinds(told)).toEqual(['resolved']);
    expect(told[0]?.alerts).toMatchObject([{ key: 'link/redis', over: true }]);
  });

  it('that becomes critical is told again', () => {
    const { fire, pass } = open();
    fire('link/redis');
    pass(minute);
    fire('link/redis', { severity: 'critical' });
    expect(pass(minute)).toMatchObject([{ kind: 'firing', severity: 'critical' }]);
  });

  it('is shown while it fires, and not after', () => {
    const { book, fire, end, pass, now } = open();
    const since = now();
    fire('link/redis');
    pass(minute);
    expect(book.active(now())).toMatchObject([{ key: 'link/redis', since, told: true, silencedUntil: null }]);
    end('link/redis');
    pass(second);
    expect(book.active(now())).toEqual([]);
  });
});

describe('a trouble with a time of its own', () => {
  const long = minute - 40 * second;

  it('is as old as it says, also for a process that has just begun', () => {
    const { book, fire, now } = open();
    fire('gas/B', { since: long });
    expect(book.active(now())).toMatchObject([{ key: 'gas/B', since: long }]);
  });

  it('has not begun in the future', () => {
    const { book, fire, now } = open();
    fire('gas/B', { since: now() + minute });
    expect(book.active(now())).toMatchObject([{ since: now() }]);
  });

  it('keeps its beginning while it fires', () => {
    const { book, fire, now } = open();
    fire('gas/B', { since: long });
    fire('gas/B', { since: long + 9 * second });
    expect(book.active(now())).toMatchObject([{ since: long }]);
  });

  it('that ended here and is back has begun anew: its former end is not that of the new one', () => {
    const { book, fire, end, pass, now } = open();
    fire('gas/B', { since: long });
    pass(minute);
    end('gas/B');
    pass(minute);
    fire('gas/B', { since: long });
    expect(book.active(now())).toMatchObject([{ since: now() }]);
  });
});

describe('a group', () => {
  it('is told at once: the same source and severity within the window', () => {
    const { fire, pass } = open();
    fire('link/redis');
    const early = pass(4 * second);
    fire('link/rabbitmq');
    fire('link/discord', { severity: 'critical' });
    fire('part/api');
    expect(early).toEqual([]);
    expect(keys(pass(minute))).toEqual([['link/redis', 'link/rabbitmq'], ['link/discord'], ['part/api']]);
  });

  it('names the worst five and counts the others', () => {
    const { fire, pass } = open();
    for (let i = 0; i < 12; i += 1) fire(`link/${i}`);
    const [notice, ...others] = pass(minute);
    expect(others).toEqual([]);
    expect(notice?.alerts).toHaveLength(5);
    expect(notice?.more).toEqual({ alerts: 7, sources: ['link'] });
  });
});

describe('a storm of 10,000 errors', () => {
  const sources = ['queue', 'bridge', 'discord'];
  const storm = (overMs: number) => {
    const opened = open();
    const told: Notice[] = [];
    for (let i = 0; i < 10_000; i += 1) {
      opened.fire(`${sources[i % 3]}/${i}`, { severity: i % 5 === 0 ? 'critical' : 'warning' });
      if (overMs > 0 && i % Math.round((10_000 * second) / overMs) === 0) told.push(...opened.pass(second));
    }
    return { ...opened, told: [...told, ...opened.pass(3 * minute)] };
  };
  const counted = (notices: readonly Notice[]) =>
    notices.reduce((sum, { alerts, more }) => sum + alerts.length + more.alerts, 0);

  it.each([
    ['at once', 0],
    ['within five minutes', 5 * minute],
  ])('%s is told in at most ten messages, and none of them is forgotten', (_how, overMs) => {
    const { told } = storm(overMs);
    expect(told.length).toBeGreaterThan(0);
    expect(told.length).toBeLessThanOrEqual(10);
    expect(counted(told)).toBe(10_000);
  });

  it('leaves no more behind than the book may keep', () => {
    const { book, now } = storm(0);
    expect(book.active(now()).length).toBeLessThanOrEqual(bookDefaults.maxAlerts);
  });

  it('says how many more there are, of how many kinds', () => {
    const { fire, pass } = open({ burst: 1 });
    for (let i = 0; i < 10_000; i += 1) fire(`${sources[i % 3]}/${i}`);
    expect(pass(minute)).toMatchObject([
      { kind: 'summary', more: { alerts: 9_995, sources: expect.arrayContaining(sources) } },
    ]);
  });

  it('of one and the same error is one message', () => {
    const { fire, pass } = open();
    for (let i = 0; i < 10_000; i += 1) fire('error-rate/CHAT_UNAVAILABLE', { count: i });
    expect(pass(minute)).toMatchObject([{ kind: 'firing', alerts: [{ count: 9_999 }] }]);
  });

  it('does not keep a critical alert from being told first when there is room again', () => {
    const { fire, pass } = open({ burst: 1, refillMs: minute });
    fire('queue/1');
    expect(kinds(pass(10 * second))).toEqual(['firing']);
    for (let i = 0; i < 50; i += 1) fire(`queue/more-${i}`);
    fire('link/redis', { severity: 'critical' });
    expect(pass(30 * second)).toEqual([]);
    expect(pass(minute)).toMatchObject([
      { kind: 'summary', severity: 'critical', alerts: [{ key: 'link/redis' }, {}, {}, {}, {}] },
    ]);
  });
});

describe('a silence', () => {
  it('keeps what it covers from being told, and with it its end', () => {
    const { book, fire, end, pass, now } = open();
    book.silence([{ pattern: 'link/*', until: now() + 30 * minute }]);
    fire('link/redis');
    fire('part/api');
    expect(keys(pass(minute))).toEqual([['part/api']]);
    expect(book.active(now())[0]).toMatchObject({ told: false, silencedUntil: minute + 30 * minute });
    end('link/redis');
    expect(pass(minute)).toEqual([]);
  });

  it('lets the end of what was told before it through, and not that of what begins within it', () => {
    const { book, fire, end, pass, now } = open();
    fire('link/redis');
    expect(kinds(pass(minute))).toEqual(['firing']);
    book.silence([{ pattern: 'link/*', until: now() + 30 * minute }]);
    end('link/redis');
    expect(kinds(pass(minute))).toEqual(['resolved']);
    fire('link/redis');
    pass(minute);
    end('link/redis');
    expect(pass(minute)).toEqual([]);
  });

  it('covers one key where it is no beginning', () => {
    const { book, fire, pass, now } = open();
    book.silence([{ pattern: 'link/redis', until: now() + 30 * minute }]);
    fire('link/redis-2');
    expect(keys(pass(minute))).toEqual([['link/redis-2']]);
  });

  it('ends at its time: what still fires is told then', () => {
    const { book, fire, pass, now } = open();
    book.silence([{ pattern: 'link/redis', until: now() + 10 * minute }]);
    fire('link/redis');
    expect(pass(9 * minute)).toEqual([]);
    expect(keys(pass(2 * minute))).toEqual([['link/redis']]);
  });
});

describe('escalation', () => {
  it('tells a critical alert again, bounded, and later each time', () => {
    const { fire, pass } = open({ escalateAfterMs: 10 * minute, escalateTimes: 2 });
    fire('link/redis', { severity: 'critical' });
    expect(kinds(pass(9 * minute))).toEqual(['firing']);
    expect(kinds(pass(2 * minute))).toEqual(['escalated']);
    expect(kinds(pass(10 * minute))).toEqual(['escalated']);
    expect(pass(600 * minute)).toEqual([]);
  });

  it('leaves warnings alone, and what was silenced or is over', () => {
    const { book, fire, end, pass, now } = open({ escalateAfterMs: 10 * minute });
    fire('part/api');
    fire('link/redis', { severity: 'critical' });
    fire('link/workers', { severity: 'critical' });
    pass(minute);
    book.silence([{ pattern: 'link/redis', until: now() + 60 * minute }]);
    end('link/workers');
    expect(kinds(pass(30 * minute))).toEqual(['resolved']);
  });
});

describe('what flaps', () => {
  it('is not told at each turn, and is told to be over only when it stays away', () => {
    const { book, fire, end, pass, now } = open();
    const told: Notice[] = [];
    for (let turn = 0; turn < 20; turn += 1) {
      fire('link/redis');
      told.push(...pass(10 * second));
      end('link/redis');
      told.push(...pass(10 * second));
    }
    // Three turns like any other; from the fourth on it flaps.
    expect(kinds(told)).toEqual(['firing', 'resolved', 'firing', 'resolved', 'firing', 'resolved', 'firing']);
    expect(book.active(now())).toMatchObject([{ flapping: true }]);
    expect(kinds(pass(4 * minute))).toEqual([]);
    expect(kinds(pass(2 * minute))).toEqual(['resolved']);
  });
});

describe('what began again before its end was told', () => {
  it('is not told to be over', () => {
    const { fire, end, pass } = open({ burst: 1, refillMs: minute });
    fire('link/redis');
    expect(kinds(pass(10 * second))).toEqual(['firing']);
    end('link/redis');
    expect(pass(10 * second)).toEqual([]);
    fire('link/redis');
    expect(kinds(pass(10 * minute))).toEqual(['firing']);
  });
});

describe('what another process tells', () => {
  it('is not told by this one, nor that it is over', () => {
    const { book, fire, end, pass } = open();
    fire('link/redis');
    book.elsewhere('link/redis');
    expect(pass(10 * minute)).toEqual([]);
    expect(book.toldElsewhere()).toMatchObject([{ key: 'link/redis' }]);
    end('link/redis');
    expect(pass(5 * minute)).toEqual([]);
  });

  it('is told by this one when nobody else does any more', () => {
    const { book, fire, pass, now } = open();
    fire('link/redis');
    book.elsewhere('link/redis');
    book.tellNow('link/redis', now());
    expect(kinds(pass(second))).toEqual(['firing']);
  });

  it('is taken over without a word where people know of it, and told to be over', () => {
    const { book, fire, end, pass, now } = open();
    fire('link/redis');
    book.elsewhere('link/redis');
    book.heard('link/redis', now());
    expect(pass(minute)).toEqual([]);
    end('link/redis');
    expect(kinds(pass(minute))).toEqual(['resolved']);
  });
});
