// A spool's files as bytes: their lines, and what makes a change of the folder last. It knows no names and no owners.
import { open, readdir, readFile } from 'node:fs/promises';

const newline = 0x0a;

/**
 * The lines of a file, the last one also where its newline is missing: whether that is torn, or whole and only its newline
 * was lost, knows who understands it. @throws what the disk says
 */
export async function linesOf(
  path: string,
): Promise<{ readonly lines: readonly Buffer[]; readonly bytes: number }> {
  const content = await readFile(path);
  const lines: Buffer[] = [];
  let begin = 0;
  for (let end = content.indexOf(newline); end !== -1; end = content.indexOf(newline, begin)) {
    if (end > begin) lines.push(content.subarray(begin, end));
    begin = end + 1;
  }
  if (begin < content.length) lines.push(content.subarray(begin));
  return { lines, bytes: content.length };
}

/** The names in a folder that a file may have: a spool makes no folders, so one that lies there is none of its own. */
export async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
}

/** A new name in a folder outlives a power cut only when the folder was synced too. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
