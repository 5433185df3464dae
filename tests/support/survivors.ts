// Who lives in a folder: processes whose arguments, environment or working folder name it, whoever their parents are.
// The finding itself is that of `npm test` (scripts/survivors.mjs).
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Survivor {
  readonly pid: number;
  readonly command: string;
}

const script = pathToFileURL(join(import.meta.dirname, '../../scripts/survivors.mjs')).href;

/** Those that are still there after `graceMs`; empty as soon as all are gone. */
export async function survivorsIn(folder: string, graceMs: number): Promise<readonly Survivor[]> {
  const { survivors } = await import(script);
  return survivors(folder, graceMs);
}

/** Ends them by SIGKILL, for a clean-up after a test that may have failed anywhere. */
export async function endAllIn(folder: string): Promise<void> {
  // again, because one that is ended may have started another meanwhile
  for (let round = 0; round < 10; round += 1) {
    const left = await survivorsIn(folder, 0);
    if (left.length === 0) return;
    for (const { pid } of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it went by itself
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
