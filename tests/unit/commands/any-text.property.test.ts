// Any text, on every surface, is there once and whole: neither lost in the markup of that surface nor doubled by it.
// fast-check prints the seed of what fails.
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { renderAnswer } from '../../../src/bots/console/paint.ts';
import { answerCard, confirmCard, reportCard, sentenceCard } from '../../../src/bots/discord/cards.ts';
import { split } from '../../../src/bots/twitch/split.ts';
import { answerLine, answerLines, reportLine } from '../../../src/commands/index.ts';
import { printable } from '../../../src/commands/printable.ts';
import type { Answer, Report } from '../../../src/contracts/chat.ts';
import { plainText } from '../../../src/core/text.ts';

const awkward = fc.constantFrom(
  ...['@everyone', '<@1>', '**', '__', '~~', '`', '```', '||', '\\', '\\\\', '> ', '# ', '[a](http://x)'],
  ...['/ban', '👩‍👩‍👧‍👦', 'é', 'ẍ̸̧̛', '\u001b[31m', '\r\n', '\u202e', '%s', '$&', "$'", '{{x}}', ' | ', ': '],
);
// As long as the narrowest place takes: a title on Discord.
const text = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.array(awkward, { maxLength: 20 }).map((parts) => parts.join('')),
  )
  // As the intake lets it through; between marks that nothing else has, so that each can be found again.
  .map((raw) => (mark: string) => `${mark}${plainText(raw, 60)}${mark}`);

const answerOf = (of: (mark: string) => string): Answer => ({
  ...{ title: of('¡'), tone: 'ok', note: of('§'), data: { text: of('¶') } },
  rows: [{ label: of('¿'), value: of('¢'), ageMs: 5_000, tone: 'warn' }],
});
const reportOf = (of: (mark: string) => string): Report => ({
  ...{ to: { surface: 'discord', place: '1' }, about: 'x1', kind: 'restart', subject: of('¡'), seq: 1 },
  ...{ final: true, text: of('§'), steps: [{ state: 'ready', at: 1, detail: '' }] },
});

const times = (whole: string, part: string) => whole.split(part).length - 1;
/** What Discord shows of it. */
const shown = ({ embeds: [{ title = '', description = '' }] }: ReturnType<typeof answerCard>) =>
  `${title}\n${description}`.replace(/\\(.)/gs, '$1');
/** Lines of a chat, where only the spaces at the cuts are left out. */
const said = (line: string) => split(line, 120).join('').replaceAll(' ', '');

function once(whole: string, parts: readonly string[]): void {
  for (const part of parts) expect([part, times(whole, part)]).toEqual([part, 1]);
}

it('an answer has its title, its note and each row once', () => {
  fc.assert(
    fc.property(text, (of) => {
      const reply = printable({ kind: 'answer', answer: answerOf(of) });
      const answer = reply.kind === 'answer' ? reply.answer : answerOf(() => 'lost');
      const parts = ['¡', '§', '¿', '¢'].map(of);
      once(shown(answerCard(answer)), parts);
      once(answerLines(answer).join('\n'), parts);
      once(stripVTControlCharacters(renderAnswer(answer, true).join('\n')), parts);
      once(
        said(answerLine(answer)),
        parts.map((part) => part.replaceAll(' ', '')),
      );
      expect(JSON.parse(JSON.stringify(answer))).toEqual({ ...answer, data: { text: of('¶') } });
    }),
  );
});

it('a report, a sentence and a question have theirs once', () => {
  fc.assert(
    fc.property(text, (of) => {
      const [subject, words] = [of('¡'), of('§')];
      const report = reportOf(of);
      once(shown(reportCard(report)), [subject, words]);
      once(reportLine(report), [words]);
      once(said(reportLine(report)), [words.replaceAll(' ', '')]);
      once(shown(sentenceCard(words, 'bad')), [words]);
      once(shown(confirmCard({ confirmationId: 'abc123', prompt: words, expiresAt: 0 })), [words]);
    }),
  );
});
