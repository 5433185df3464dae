// Programs for sidecars: each appends a line to a file when it starts, so that starts can be counted, and ends when its
// sidecar is gone, because its stdin closes then.
import { readFile } from 'node:fs/promises';

/** Stays until SIGTERM. */
export function countingProgram(file: string): readonly string[] {
  return ['sh', '-c', 'echo started >> "$0"; exec cat', file];
}

/** The same, and deaf to SIGTERM: its stop takes the sidecar's whole patience. */
export function stubbornProgram(file: string): readonly string[] {
  return ['sh', '-c', 'trap "" TERM; echo started >> "$0"; exec cat', file];
}

/** How often the program of this file was started. */
export async function startsOf(file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean).length;
}
