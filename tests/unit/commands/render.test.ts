import { describe, expect, it } from 'vitest';
import { answerLine, answerLines, formatAge, reportLine, rowText } from '../../../src/commands/index.ts';
import { counted } from '../../../src/commands/render.ts';

describe('an age', () => {
  it.each([
    [-5_000, '0 s'],
    [0, '0 s'],
    [999, '0 s'],
    [1_000, '1 s'],
    [119_999, '119 s'],
    [120_000, '2 min'],
    [7_199_000, '119 min'],
    [7_200_000, '2 h'],
    [172_799_000, '47 h'],
    [172_800_000, '2 d'],
  ])('of %i ms reads %s', (ageMs, text) => {
    expect(formatAge(ageMs)).toBe(text);
  });
});

describe('a row', () => {
  it('tells its age', () => {
    expect(rowText({ label: 'a', value: 'ready', ageMs: 4_000, tone: 'ok' })).toBe('ready (4 s ago)');
  });

  it('tells none where it has none', () => {
    expect(rowText({ label: 'a', value: 'ready', ageMs: null, tone: 'ok' })).toBe('ready');
  });
});

const answer = {
  title: 'Two',
  tone: 'ok',
  rows: [
    { label: 'a', value: 'x', ageMs: null, tone: 'ok' },
    { label: 'long', value: 'y', ageMs: 3_000, tone: 'ok' },
  ],
  note: 'That is all.',
  data: {},
} as const;

describe('an answer', () => {
  it('has its labels aligned where there are lines', () => {
    expect(answerLines(answer)).toEqual(['Two', '  a     x', '  long  y (3 s ago)', 'That is all.']);
  });

  it('is one line where there is one', () => {
    expect(answerLine(answer)).toBe('Two | a: x | long: y (3 s ago) | That is all.');
  });
});

it('tells the states of a report and its present truth', () => {
  const steps = (['queued', 'sent', 'unknown'] as const).map((state) => ({ state, at: 0, detail: '' }));
  expect(reportLine({ steps, text: 'nobody knows' })).toBe('queued > sent > unknown — nobody knows');
});

it.each([
  [0, 'service', '0 services'],
  [1, 'gas delivery', '1 gas delivery'],
  [2, 'gas delivery', '2 gas deliveries'],
])('counts %i %s as %s', (number, noun, text) => {
  expect(counted(number, noun)).toBe(text);
});
