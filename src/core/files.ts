// Files that are either there whole or not there: written beside their name, synced, then renamed.
import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

export interface WriteOptions {
  /** Permission bits; default 0o644. */
  readonly mode?: number;
}

/** Writes `text` so that a reader, or a crash, sees the old file or the new one and nothing between. */
export async function writeFileAtomically(
  path: string,
  text: string,
  options: WriteOptions = {},
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // A draft of its own for each writer: two that shared one would write half of each.
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const file = await open(draft, 'wx', options.mode ?? 0o644);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (thrown) {
    await rm(draft, { force: true });
    throw thrown;
  }
}
