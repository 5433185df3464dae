// Cuts a text into pieces that fit one chat line each, without loss and without cutting a character apart. Pure.

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** One line: runs of white space, CR and LF among them, become one space; none at the ends. */
export function normalise(text: string): string {
  return text.replace(/[\s\0]+/g, ' ').trim();
}

/**
 * Pieces of the normalised text, each of at most `limit` UTF-16 units (>= 2), cut at a space where one is near enough,
 * else between graphemes. The space at a cut is the only thing left out. An empty text gives no piece.
 */
export function split(text: string, limit: number): string[] {
  const pieces: string[] = [];
  for (let rest = normalise(text); rest !== ''; ) {
    const piece = rest.slice(0, cutAt(rest, limit));
    pieces.push(piece.trimEnd());
    rest = rest.slice(piece.length).trimStart();
  }
  return pieces;
}

function cutAt(text: string, limit: number): number {
  if (text.length <= limit) return text.length;
  const space = text.lastIndexOf(' ', limit);
  if (space > limit / 2) return space;
  let end = 0;
  for (const { segment } of graphemes.segment(text)) {
    if (end + segment.length > limit) break;
    end += segment.length;
  }
  return end > 0 ? end : withinCharacter(text, limit);
}

// One grapheme longer than a whole line (a letter under hundreds of accents) is cut between code points.
function withinCharacter(text: string, limit: number): number {
  const low = text.charCodeAt(limit);
  return low >= 0xdc00 && low <= 0xdfff ? limit - 1 : limit;
}
