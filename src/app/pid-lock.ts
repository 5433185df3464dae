// One platform per home folder: a lock that names the running process and does not mistake a reused pid for it.
import { readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import { coreErrors, SwarmError } from '../core/errors.ts';
import { writeFileAtomically } from '../core/files.ts';
import { processStart } from '../core/servers/index.ts';

const lockSchema = z.object({ pid: z.number(), start: z.string().nullable(), api: z.number() });

/** Takes the lock, or throws SERVER_FAILED naming the holder. Returns how to let go. */
export async function takePidLock(path: string, apiPort: number): Promise<() => Promise<void>> {
  const holder = await readLock(path);
  if (
    holder &&
    holder.pid !== process.pid &&
    holder.start === (await processStart(holder.pid)) &&
    holder.start !== null
  ) {
    throw new SwarmError(
      coreErrors.serverFailed,
      `Swarmline already runs here as process ${holder.pid} (http://127.0.0.1:${holder.api}); stop it with: kill ${holder.pid}`,
    );
  }
  const mine = { pid: process.pid, start: await processStart(process.pid), api: apiPort };
  await writeFileAtomically(path, JSON.stringify(mine));
  return () => rm(path, { force: true });
}

/** Who holds the lock, whether or not it still runs; null when nobody. */
async function readLock(path: string): Promise<z.infer<typeof lockSchema> | null> {
  try {
    return lockSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
}
