// A spool's files as bytes: their whole lines, and what makes a change of the folder last. It knows no names and no owners.
import { open, readFile } from 'node:fs/promises';

const newline = 0x0a;

/** The whole lines of a file: half a one at its end was never promised to anybody. @throws what the disk says */
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
  return { lines, bytes: begin };
}

/** How many whole lines there are. */
export function countLines(content: Buffer): number {
  let count = 0;
  for (let end = content.indexOf(newline); end !== -1; end = content.indexOf(newline, end + 1)) count += 1;
  return count;
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
