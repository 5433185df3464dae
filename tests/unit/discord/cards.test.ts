// Cards: inside Discord's limits whatever comes in, and literal.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerCard, confirmCard, reportCard, sentenceCard } from '../../../src/bots/discord/cards.ts';
import { type Answer, actionStates, type Report } from '../../../src/contracts/chat.ts';
import { messageBodySchema } from '../../peers/discord/rules.ts';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 2_000 }),
  fc.constantFrom('@everyone', '**', '_'.repeat(3_000), '😀'.repeat(900), ''),
);
const row = fc.record({
  label: text,
  value: text,
  ageMs: fc.option(fc.integer({ min: 0, max: 1e12 })),
  tone: fc.constantFrom('ok' as const, 'info' as const, 'warn' as const, 'bad' as const),
});
const answer: fc.Arbitrary<Answer> = fc
  .record({ title: text, rows: fc.array(row, { maxLength: 500 }), note: fc.option(text, { nil: undefined }) })
  .map(({ title, rows, note }) => ({
    title,
    rows,
    tone: 'ok' as const,
    data: null,
    ...(note === undefined ? {} : { note }),
  }));
const report: fc.Arbitrary<Report> = fc.record({
  to: fc.constant({ surface: 'discord' as const, place: '1' }),
  about: fc.string({ minLength: 1, maxLength: 40 }),
  kind: fc.constantFrom('restart' as const, 'gas' as const, 'notice' as const),
  subject: text,
  seq: fc.nat(),
  final: fc.boolean(),
  text,
  steps: fc.array(fc.record({ state: fc.constantFrom(...actionStates), at: fc.nat(), detail: text }), {
    maxLength: 60,
  }),
});
const few: Report = {
  to: { surface: 'discord', place: '1' },
  about: 'x1234567890',
  kind: 'restart',
  subject: 'slam',
  seq: 2,
  final: true,
  text: 'slam is ready.',
  steps: [],
};
const ended = (state: Report['steps'][number]['state']) =>
  reportCard({ ...few, steps: [{ state, at: 0, detail: '' }] }).embeds[0].color;

describe('Discord cards', () => {
  it('never exceed the limits of a message for 0 to 500 rows of any text', () => {
    fc.assert(
      fc.property(answer, (given) => messageBodySchema.safeParse(answerCard(given)).success),
      { numRuns: 60 },
    );
  });

  it('never exceed the limits of a message for any report, sentence or confirmation', () => {
    fc.assert(
      fc.property(report, text, (given, words) => {
        const confirm = { confirmationId: 'abc123', prompt: words, expiresAt: 0 };
        return [reportCard(given), sentenceCard(words, 'bad'), confirmCard(confirm)].every(
          (card) => messageBodySchema.safeParse(card).success,
        );
      }),
    );
  });

  it('count exactly the rows that they leave out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 400 }), (count, width) => {
        const one = { label: 'x', value: 'y'.repeat(width), ageMs: null, tone: 'ok' as const };
        const card = answerCard({
          title: 't',
          tone: 'ok',
          rows: Array.from({ length: count }, () => one),
          data: null,
        });
        const description = card.embeds[0].description ?? '';
        const shown = description.split('**x**').length - 1;
        const left = Number(/… and (\d+) more$/.exec(description)?.[1] ?? 0);
        return shown + left === count;
      }),
    );
  });

  it('keep the note when rows are left out', () => {
    const rows = Array.from({ length: 500 }, () => ({
      label: 'x',
      value: 'y',
      ageMs: null,
      tone: 'ok' as const,
    }));
    const card = answerCard({ title: 't', tone: 'ok', rows, note: 'Redis does not answer.', data: null });
    expect(card.embeds[0].description).toMatch(/… and \d+ more\nRedis does not answer\.$/);
  });

  it('show the states of an action in a chain with the present one in bold', () => {
    const steps = (['queued', 'sent', 'sent', 'ready'] as const).map((state) => ({
      state,
      at: 0,
      detail: '',
    }));
    expect(reportCard({ ...few, steps }).embeds[0]).toMatchObject({
      title: 'Restart of slam',
      description: 'queued → sent → **ready**\nslam is ready.',
      footer: { text: 'x1234567890' },
    });
  });

  it('are green only for an end that was confirmed', () => {
    expect(new Set([ended('ready'), ended('accepted'), ended('working')]).size).toBe(1);
    expect([ended('sent'), ended('expired'), ended('unknown'), ended('failed')]).not.toContain(
      ended('ready'),
    );
  });
});
