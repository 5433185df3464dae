// The token file: whoever can read it is the operator of this installation.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, readFile } from 'node:fs/promises';
import { writeFileAtomically } from '../core/files.ts';

/** Reads the token, or makes one: mode 0600, 256 random bits. */
export async function ensureToken(path: string): Promise<string> {
  const existing = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (existing !== '') {
    await chmod(path, 0o600);
    return existing;
  }
  const token = randomBytes(32).toString('base64url');
  await writeFileAtomically(path, `${token}\n`, { mode: 0o600 });
  return token;
}

/** Compares an Authorization header in constant time. */
export function isAuthorised(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
