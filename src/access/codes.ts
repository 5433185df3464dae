// One-time codes for linking an identity: short enough to type on a phone, long enough that nobody guesses one.
import { randomInt } from 'node:crypto';

/** Without what is taken for something else when it is read aloud or in a small font: 0 O, 1 I L, 2 Z, 5 S, 8 B. */
const signs = 'ACDEFGHJKMNPQRTUVWXY34679';
const length = 10;

/** `ABCDE-FGHJK`: ten of 25 signs. */
export function drawCode(): string {
  const drawn = Array.from({ length }, () => signs[randomInt(signs.length)]).join('');
  return `${drawn.slice(0, length / 2)}-${drawn.slice(length / 2)}`;
}

/** As it is kept: however a person wrote it down. */
export function normalCode(code: string): string {
  return code.toUpperCase().replace(/[^A-Z0-9]/g, '');
}
