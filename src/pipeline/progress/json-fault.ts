// Where a text stops being JSON. JSON.parse only sometimes says it, and in other words on each engine.
// Runs on texts that JSON.parse has refused; it parses nothing.

/** Offset of the first token that does not fit, or the length of a text that ends too early; null when it is JSON. */
export function findJsonFault(text: string): number | null {
  const open: Opener[] = [];
  let expected: Expected = 'value';
  let at = 0;
  while (expected !== 'end') {
    at = skipBlank(text, at);
    const token = readToken(text, at);
    const next: Expected | null = token === null ? null : follow(expected, token.kind, open);
    if (token === null || next === null) return at;
    expected = next;
    at += token.length;
  }
  at = skipBlank(text, at);
  return at < text.length ? at : null;
}

type Opener = '{' | '[';
type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'comma or close' | 'end';

const blank = /[ \t\n\r]*/y;
const tokens =
  /([{}[\]:,])|("(?:[^"\\\p{Cc}]|\u007f|[\u0080-\u009f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/uy;

function skipBlank(text: string, at: number): number {
  blank.lastIndex = at;
  return at + (blank.exec(text)?.[0].length ?? 0);
}

function readToken(text: string, at: number): { readonly kind: string; readonly length: number } | null {
  tokens.lastIndex = at;
  const match = tokens.exec(text);
  if (!match) return null;
  return { kind: match[1] ?? (match[2] === undefined ? 'scalar' : 'string'), length: match[0].length };
}

/** What may come after a token of this kind; null when the token itself may not come. Keeps `open` in step. */
function follow(expected: Expected, kind: string, open: Opener[]): Expected | null {
  if (expected === 'colon') return kind === ':' ? 'value' : null;
  if (expected.startsWith('key')) {
    if (kind === 'string') return 'colon';
    return expected === 'key or }' && kind === '}' ? close(open) : null;
  }
  if (expected === 'comma or close') {
    if (kind === ',') return open.at(-1) === '{' ? 'key' : 'value';
    return kind === (open.at(-1) === '{' ? '}' : ']') ? close(open) : null;
  }
  if (kind === '{' || kind === '[') {
    open.push(kind);
    return kind === '{' ? 'key or }' : 'value or ]';
  }
  if (kind === 'string' || kind === 'scalar') return afterValue(open);
  return expected === 'value or ]' && kind === ']' ? close(open) : null;
}

function close(open: Opener[]): Expected {
  open.pop();
  return afterValue(open);
}

function afterValue(open: readonly Opener[]): Expected {
  return open.length > 0 ? 'comma or close' : 'end';
}
