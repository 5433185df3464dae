// What a chat message asks of us, if anything: other bots live in the same channel and have `!` words of their own. Pure.

/** `rest` is a name that is typed again, or the reason of a no. */
export type ChatRequest =
  | { readonly kind: 'command'; readonly line: string }
  | {
      readonly kind: 'decision';
      readonly verdict: 'yes' | 'no';
      readonly confirmationId: string;
      readonly rest?: string;
    };

// Viewers' clients append one of these to say the same thing twice without msg_duplicate.
const fillers = /[\u{e0000}-\u{e007f}]|\u034f/gu;

/** Null when the message is none of our business. `names` are the first words of commands, lower case. */
export function parseChat(text: string, names: ReadonlySet<string>): ChatRequest | null {
  const said = text.replace(fillers, '').trim();
  const [first = '', ...rest] = said.split(/\s+/);
  if (!first.startsWith('!')) return null;
  const word = first.slice(1).toLowerCase();
  if (word === 'yes' || word === 'no') {
    const [confirmationId = '', ...more] = rest;
    return {
      kind: 'decision',
      verdict: word,
      confirmationId,
      ...(more.length > 0 && { rest: more.join(' ') }),
    };
  }
  return names.has(word) ? { kind: 'command', line: `${word}${said.slice(first.length)}` } : null;
}
