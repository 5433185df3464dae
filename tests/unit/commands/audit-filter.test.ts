import { afterEach, describe, expect, it, vi } from 'vitest';
import { catalogue, parseAuditFilter } from '../../../src/commands/index.ts';
import { parseInvocation } from '../../../src/commands/parse.ts';
import { entry } from '../../support/audit.ts';
import { now, portsOf } from './ports.ts';

const day = 86_400_000;
const line = { ...entry(), seq: 1, at: now, v: 1, hash: '', prev: '' };

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
    ['since=2023-01-02 until=10m', { since: Date.UTC(2023, 0, 2), until: now - 600_000 }, null],
    ['until=999998d', { until: now - 999_998 * day }, null],
    ['since=999999d until=999998d', { since: now - 999_999 * day, until: now - 999_998 * day }, null],
    ['PERSON=Ann', { person: 'Ann' }, null],
    ['slam command=restart', { word: 'slam', command: 'restart' }, null],
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
    '=3',
    'command=queue drain',
    'person=a person=b',
    'person=a by=b',
    'last=3 last=4',
    'since=1m until=1h',
    'since=2026-01-02 until=10m',
    'since=10m until=2023-01-02',
    'since=1h until=1h',
    'since=60m until=1h',
    'since=2026-11-26 until=2026-11-26',
  ])('is refused with an example: %s', (text) => {
    expect(parseAuditFilter(text, now)).toMatchObject({ ok: false, why: expect.stringMatching(/=/) });
  });

  it('says of a time that there is not what one looks like', () => {
    expect(parseAuditFilter('since=2026-02-31', now)).toMatchObject({
      ok: false,
      why: '`since=2026-02-31` is not understood: a time is so long ago, as in since=2h, or a date, as in since=2026-01-31.',
    });
  });

  it('says of a day as both ends what that whole day is', () => {
    const { why } = { why: '', ...parseAuditFilter('since=2026-11-26 until=2026-11-26', now) };
    const [, whole = ''] = /a whole day is (since=\S+ until=[\d-]+)/.exec(why) ?? [];
    const { filter } = { filter: null, ...parseAuditFilter(whole, now) };
    expect((filter?.until ?? 0) - (filter?.since ?? 0)).toBe(day);
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

describe('the answer to `audit last=26`', () => {
  it.for([
    ['last=26', expect.stringMatching(/No more than 25 .*`swarmline audit query`/)],
    ['last=25', undefined],
  ] as const)('of %s says whether more were wanted than are shown', async ([filter, note]) => {
    const spec = catalogue.find(({ name }) => name === 'audit');
    if (spec?.kind !== 'question') throw new Error('audit is no question');
    const page = { looked: 25, complete: true, unreadable: 0 };
    const record = {
      query: (_: object, { limit }: { readonly limit: number }) =>
        Promise.resolve({ ...page, lines: Array.from({ length: limit }, () => line) }),
      find: async () => null,
    };
    const identity = { surface: 'console', id: 'local', name: 'you' } as const;
    const answer = await spec.answer({ args: { filter }, identity }, { ...portsOf({}), record });
    expect([answer.rows.length, answer.note]).toEqual([25, note]);
  });
});

describe('the arguments of a line, which the record keeps by the alphabet', () => {
  const args = { extra: '5', instance: 'xyz', service: 'slam' };
  const record = {
    query: () => Promise.resolve({ lines: [{ ...line, args }], looked: 1, complete: true, unreadable: 0 }),
    find: () => Promise.resolve(null),
  };

  it.for(['audit', 'result'])('stand in `%s` as they are typed', async (name) => {
    const spec = catalogue.find((one) => one.name === name);
    if (spec?.kind !== 'question') throw new Error(`${name} is no question`);
    const identity = { surface: 'console', id: 'local', name: 'you' } as const;
    const asked = { args: name === 'result' ? { id: 'c0ffee' } : {}, identity };
    const { title, rows } = await spec.answer(asked, { ...portsOf({}), record });
    // One that the command does not know any more stands last.
    expect([title, rows[0]?.value].join(' ')).toContain('restart slam xyz 5: ');
  });
});
