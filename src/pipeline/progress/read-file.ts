// Reads a status file that its agent may be writing at this moment. Says what stands there; decides nothing.
import type { Stats } from 'node:fs';
import { constants, open, stat } from 'node:fs/promises';
import type { Clock } from '../../core/clock.ts';
import { errorText } from '../../core/errors.ts';
import { readStatus } from './read-status.ts';

/**
 * `raw` null: the file is absent, or `fault` says why it cannot be opened. `at`: when the reading began; `writtenAt`:
 * when the file was last written, by its own file system's clock; both ms.
 */
export type StatusVersion =
  | {
      readonly raw: string;
      readonly fault?: undefined;
      readonly at: number;
      readonly writtenAt: number;
      /** Of the file, as `fileVersion` tells it. */
      readonly version: string;
    }
  | { readonly raw: null; readonly fault?: string; readonly at: number; readonly writtenAt?: undefined };

/** A larger one is no status, and would be in memory whole, bytes. */
const mostBytes = 1_048_576;

/** A text that is no status is read again after these waits, ms, before it counts: it may be half written. */
const retriesMs = [50, 200];

/** Resolves to the newest version, at the latest after 250 ms and three readings. */
export async function readStatusFile(path: string, clock: Clock): Promise<StatusVersion> {
  let version = await readOnce(path, clock);
  for (const waitMs of retriesMs) {
    if (version.raw === null || readStatus(version.raw, null).kind === 'valid') break;
    await clock.sleep(waitMs);
    version = await readOnce(path, clock);
  }
  return version;
}

async function readOnce(path: string, clock: Clock): Promise<StatusVersion> {
  const at = clock.now();
  try {
    return { ...(await readWhole(path)), at };
  } catch (thrown) {
    return isAbsent(thrown) ? { raw: null, at } : { raw: null, fault: errorText(thrown), at };
  }
}

async function readWhole(path: string) {
  // A pipe in its place would block the reader until somebody writes, and with it everybody who waits for a round.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    // the time before the text: a writer between the two makes the text look older than it is, never younger
    const seen = await file.stat();
    if (!seen.isFile()) return { raw: null, fault: 'not a regular file' };
    if (seen.size > mostBytes) {
      return { raw: null, fault: `it has ${seen.size} bytes, and no more than ${mostBytes} are read` };
    }
    return {
      raw: await file.readFile('utf8'),
      writtenAt: Math.floor(seen.mtimeMs),
      version: versionOf(seen),
    };
  } finally {
    await file.close();
  }
}

/** What tells one version of a file from the next without reading it; null where it cannot be looked at. */
export async function fileVersion(path: string): Promise<string | null> {
  return stat(path).then(versionOf, () => null);
}

/** A file that is younger may be written again without a sign of it: its times are no finer than its system's clock. */
export const freshMs = 2_000;

/** The time of the last change cannot be set by whoever writes the file, unlike that of the last writing. */
export function versionOf({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}

function isAbsent(thrown: unknown): boolean {
  return (
    thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR')
  );
}
