// Foreign text made fit to be shown: in a terminal, in chat, in a log line.

/** One line of at most `limit` characters: control characters gone, white space collapsed and trimmed, cut with `…`. */
export function plainText(text: string, limit: number): string {
  const flat = text
    .replaceAll(/(?!\s)\p{C}/gu, '')
    .replaceAll(/\s+/gu, ' ')
    .trim();
  const characters = [...flat];
  return characters.length <= limit ? flat : `${characters.slice(0, limit - 1).join('')}…`;
}

/**
 * The same text with the password of every URL in it masked: `redis://user:***@host`. Also of what only looks like one:
 * a URL with a slip of the pen is the one that is quoted to people.
 */
export function maskUrls(text: string): string {
  return text
    .replaceAll(/(:\/\/[^\s:@/"']*)?:(?!\/\/)[^\s"']+@/g, '$1:***@')
    .replaceAll(/([?&][\w.-]*(?:pass|secret|token|auth|key)[\w.-]*=)[^\s&"']+/gi, '$1***');
}
