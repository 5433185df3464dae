// What a secret looks like in a text of somebody else's. It finds those that name themselves, and none that is just a word.
import { maskUrls } from '../core/text.ts';

/** Each finds all secrets of its kind in a text. */
const secretShapes: readonly RegExp[] = [
  // Discord's bot tokens
  /[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/g,
  // JSON web tokens
  /eyJ[\w-]+\.[\w-]+\.[\w-]+/g,
  // keys that name their maker: OpenAI, GitHub, Slack, AWS; and Twitch's chat tokens
  /\b(?:sk|ghp|gho|ghs|github_pat|xox[abprs]|AKIA)[-_]?[A-Za-z0-9_-]{16,}/g,
  /\boauth:[a-z0-9]{16,}/gi,
  // our own API keys
  /\bswl_[a-z0-9-]{1,32}_[\w-]{43}/g,
  /\b(?:Bearer|Basic)\s+[\w.~+/-]{8,}=*/gi,
  /\b(?:password|passwd|token|secret|api[_-]?key)\s*[=:]\s*\S+/gi,
  // private keys, as files have them
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/g,
];

/** The same text, each secret of a known form masked, and the passwords of URLs. */
export function maskSecrets(text: string): string {
  return secretShapes.reduce((rest, shape) => rest.replaceAll(shape, '[secret]'), maskUrls(text));
}

/** Whether a secret stands in it, as far as anybody can tell by its form; also the password of a URL. */
export function holdsSecret(text: string): boolean {
  const hasPassword = /:\/\/[^\s:@/"']+:[^\s@"']+@/.test(text);
  return (
    hasPassword ||
    secretShapes.some((shape) => new RegExp(shape.source, shape.flags.replace('g', '')).test(text))
  );
}
