import { describe, expect, it } from 'vitest';
import { parseAuditFilter } from '../../../src/commands/index.ts';
import { now } from './ports.ts';

describe('a filter of the record', () => {
  it.for([
    ['', {}, null],
    ['ann', { word: 'ann' }, null],
    ['person=ann command=restart', { person: 'ann', command: 'restart' }, null],
    ['by=discord:111 id=x12ab', { person: 'discord:111', correlationId: 'x12ab' }, null],
    ['event=refused last=50', { event: 'refused' }, 50],
    ['since=2h until=10m', { since: now - 7_200_000, until: now - 600_000 }, null],
    ['since=2026-01-02', { since: Date.UTC(2026, 0, 2) }, null],
    ['PERSON=Ann', { person: 'Ann' }, null],
  ] as const)('is understood: %s', ([text, filter, last]) => {
    expect(parseAuditFilter(text, now)).toEqual({ ok: true, filter, last });
  });

  it.for([
    'colour=red',
    'since=yesterday',
    'event=done',
    'person=',
    'last=many',
    'last=0',
    'until=2',
    'ann slam',
  ])('is refused with an example: %s', (text) => {
    expect(parseAuditFilter(text, now)).toEqual({ ok: false, why: expect.stringMatching(/=/) });
  });
});
