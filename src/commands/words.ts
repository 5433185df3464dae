// From a line to its words, and back to the part of the line that begins with one of them. Pure; knows no command.

/** One word of a line. */
export interface Word {
  readonly text: string;
  /** Where it begins in the line. */
  readonly at: number;
  /** Whether it stood in double quotes: then it is text, whatever it looks like. */
  readonly quoted: boolean;
}

/** Splits at white space; double quotes keep words together. */
export function wordsOf(line: string): Word[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(({ index, 1: quoted, 2: plain }) => ({
    text: quoted ?? plain ?? '',
    at: index,
    quoted: quoted !== undefined,
  }));
}

/** The line from its first of `words` on as it was typed; without the quotes where they are around all of it. */
export function lineFrom(line: string, words: readonly Word[]): string {
  const [first] = words;
  if (!first) return '';
  return words.length === 1 && first.quoted ? first.text : line.slice(first.at).trim();
}
