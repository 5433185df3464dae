// Alerts as lines of a file, one JSON object each: the channel that needs nobody else. Bounded: a full file is put
// aside, and the oldest of those is dropped.
import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { coreErrors, errorText, SwarmError } from '../../errors.ts';
import type { AlertChannel } from './channel.ts';

export interface FileChannelOptions {
  readonly path: string;
  /** A file that would grow above this is put aside as `<path>.1`; default 1 MB. */
  readonly maxBytes?: number;
  /** How many are kept aside; default 3. */
  readonly kept?: number;
}

/** Creates the channel; nothing is opened before the first alert. */
export function createFileChannel({
  path,
  maxBytes = 1_000_000,
  kept = 3,
}: FileChannelOptions): AlertChannel {
  let last: Promise<unknown> = Promise.resolve();
  const write = async (line: string) => {
    try {
      await mkdir(dirname(path), { recursive: true });
      const size = await sizeOf(path);
      if (size > 0 && size + Buffer.byteLength(line) > maxBytes) await putAside(path, kept);
      // Alerts name hosts and faults: nobody else's business.
      await appendFile(path, line, { mode: 0o600 });
    } catch (cause) {
      const said = `cannot write ${path}: ${errorText(cause)}`;
      throw new SwarmError(coreErrors.alertUndelivered, said, { cause });
    }
  };
  return {
    name: 'file',
    send: (notice) => {
      const line = `${JSON.stringify({ ...notice, time: new Date(notice.at).toISOString() })}\n`;
      const turn = last.then(() => write(line));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

async function putAside(path: string, kept: number): Promise<void> {
  for (let n = kept - 1; n >= 1; n -= 1) {
    await rename(`${path}.${n}`, `${path}.${n + 1}`).catch(() => undefined);
  }
  await rename(path, `${path}.1`);
}
