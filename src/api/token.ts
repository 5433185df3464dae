// The token file: whoever can read it is the operator of this installation.
import { randomBytes } from 'node:crypto';
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
