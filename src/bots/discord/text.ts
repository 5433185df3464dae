// Foreign text made harmless for Discord: escaped, so that it shows as it is written, and cut, so that it fits.
// Knows nothing of embeds or messages.

const markup = /[\\*_~`|<>[\]]/g;

/** `text` as Discord shows it literally: no markdown, no link, no mention. At most twice as long. */
export function escapeText(text: string): string {
  return text.replace(markup, '\\$&');
}

/** At most `maxChars` code points; what is left out is told by an ellipsis. Never splits a surrogate pair. */
export function cutText(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const points = Array.from(text);
  return points.length <= maxChars ? text : `${points.slice(0, maxChars - 1).join('')}…`;
}

/** Cut, then escaped: for prose, which may have line breaks. */
export function prose(text: string, maxChars: number): string {
  return escapeText(cutText(text, maxChars));
}

/** The same on one line: for titles, labels and values. */
export function oneLine(text: string, maxChars: number): string {
  return prose(text.replace(/\s+/g, ' ').trim(), maxChars);
}
