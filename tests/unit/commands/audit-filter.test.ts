import { afterEach, describe, expect, it, vi } from 'vitest';
import { catalogue, parseAuditFilter } from '../../../src/commands/index.ts';
import { parseInvocation } from '../../../src/commands/parse.ts';
import { now } from './ports.ts';

describe('a filter of the record', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it.for([
    ['', {}, null],
    ['ann', { word: 'ann' }, null],
    ['person=ann command=restart', { person: 'ann', command: 'restart' }, null],
    ['by=discord:111 id=x12ab', { person: 'discord:111', correlationId: 'x12ab' }, null],
    ['event=refused last=50', { event: 'refused' }, 50],
    ['since=2h until=10m', { since: now - 7_200_000, until: now - 600_000 }, null],
    ['since=2026-01-02', { since: Date.UTC(2026, 0, 2) }, null],
    ['since=2024-02-29', { since: Date.UTC(2024, 1, 29) }, null],
    ['until=2026-01-02T10:30Z', { until: Date.UTC(2026, 0, 2, 10, 30) }, null],
    ['until=2026-01-02T10:30:00.5+02:00', { until: Date.UTC(2026, 0, 2, 8, 30, 0, 500) }, null],
    ['PERSON=Ann', { person: 'Ann' }, null],
  ] as const)('is understood: %s', ([text, filter, last]) => {
    expect(parseAuditFilter(text, now)).toEqual({ ok: true, filter, last });
  });

  it('reads a time without a zone as UTC, in whatever zone this process runs', () => {
    vi.stubEnv('TZ', 'Asia/Tokyo');
    expect(new Date(now).getTimezoneOffset()).toBe(-540);
    for (const text of ['2026-11-26T11:07', '2026-11-26T11:07:00', '2026-11-26T11:07Z']) {
      const filter = { since: Date.UTC(2026, 10, 26, 11, 7) };
      expect(parseAuditFilter(`since=${text}`, now)).toMatchObject({ ok: true, filter });
    }
  });

  it.for([
    'colour=red',
    'since=yesterday',
    'event=done',
    'person=',
    'last=many',
    'last=0',
    'until=2',
    'since=2026-02-31',
    'since=2026-02-29',
    'until=2026-04-31T10:00Z',
    'until=2026-01-02T25:00Z',
    'since=2026-01-02nonsense',
    'ann slam',
  ])('is refused with an example: %s', (text) => {
    expect(parseAuditFilter(text, now)).toMatchObject({ ok: false, why: expect.stringMatching(/=/) });
  });

  it('says of a time that there is not what one looks like', () => {
    expect(parseAuditFilter('since=2026-02-31', now)).toMatchObject({
      ok: false,
      why: '`since=2026-02-31` is not understood: a time is so long ago, as in since=2h, or a date, as in since=2026-01-31.',
    });
  });

  it.each([
    ['last=0', 'last is a number of lines, as in last=20'],
    ['event=nope', 'event= is one of refused, asked, decided, executing, changed, ended'],
    ['since=soon', 'a time is so long ago, as in since=2h, or a date, as in since=2026-01-31'],
  ])('makes a refusal of `audit %s`, not an answer', (text, wanted) => {
    const parsed = parseInvocation({ kind: 'line', line: `audit ${text}` }, catalogue);
    expect(parsed).toMatchObject({
      ok: false,
      refusal: { code: 'bad-argument', text: `\`filter\` cannot be \`${text}\`; expected: ${wanted}.` },
    });
  });
});
