// One platform per home folder: a lock that names the running process and does not mistake a reused pid for it.
// Processes of single roles share a home; each leaves a note of its own beside the lock, for `ps` and `down`.
import { link, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { domainErrors } from '../contracts/errors.ts';
import { SwarmError } from '../core/errors.ts';
import { processStart } from '../core/servers/index.ts';

const noteSchema = z.object({
  pid: z.number(),
  start: z.string().nullable(),
  api: z.number(),
  probes: z.number().optional(),
  roles: z.array(z.string()).default([]),
});

/** A process that runs, or ran, on a home. */
export interface RunNote {
  readonly pid: number;
  /** The port of the HTTP face, held by those with the role api. */
  readonly api: number;
  /** As in Runner. */
  readonly probes: number | undefined;
  readonly roles: readonly string[];
  /** Whether that very process still lives; a reused pid does not count. */
  readonly alive: boolean;
  /** The note itself. */
  readonly file: string;
}

/** What a process says of itself. */
export interface Runner {
  readonly api: number;
  /** The port that it has for the probes alone; undefined: none. */
  readonly probes?: number | undefined;
  readonly roles: readonly string[];
}

/** Takes the lock, or throws SERVER_FAILED naming the holder. Returns how to let go. */
export async function takePidLock(path: string, runner: Runner): Promise<() => Promise<void>> {
  const text = await noteText(runner);
  // Only one of several that start at once creates the file; a stale one is removed and tried again.
  while (!(await createWith(path, text))) {
    const holder = await readPidLock(path);
    if (holder?.alive && holder.pid !== process.pid) {
      throw new SwarmError(
        domainErrors.alreadyRuns,
        `Swarmline already runs here as process ${holder.pid} (http://127.0.0.1:${holder.api}); stop it with: swarmline down`,
      );
    }
    await rm(path, { force: true });
  }
  return () => rm(path, { force: true });
}

/** Leaves a note for a process that shares its home. Returns how to take it away. */
export async function leaveRunNote(folder: string, runner: Runner): Promise<() => Promise<void>> {
  const path = join(folder, `${runner.roles.join('-')}-${process.pid}.json`);
  await rm(path, { force: true });
  await createWith(path, await noteText(runner));
  return () => rm(path, { force: true });
}

/** Whose lock or note this is, whether or not it still runs; null when there is none. */
export async function readPidLock(path: string): Promise<RunNote | null> {
  try {
    const { pid, start, api, probes, roles } = noteSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    const alive = start !== null && start === (await processStart(pid));
    return { pid, api, probes, roles, alive, file: path };
  } catch {
    return null;
  }
}

/** Every process that left a note in `<home>/run`, dead ones included. */
export async function readRunNotes(folder: string): Promise<RunNote[]> {
  const names = await readdir(folder).catch(() => []);
  const notes = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => readPidLock(join(folder, name))),
  );
  return notes.filter((note) => note !== null);
}

async function noteText(runner: Runner): Promise<string> {
  return JSON.stringify({ pid: process.pid, start: await processStart(process.pid), ...runner });
}

/** Makes the file appear whole; false when it is there already. */
async function createWith(path: string, text: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true });
  // A link appears at once and with all its text, and never replaces another.
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, text);
  try {
    await link(draft, path);
    return true;
  } catch (thrown) {
    if (z.object({ code: z.literal('EEXIST') }).safeParse(thrown).success) return false;
    throw thrown;
  } finally {
    await rm(draft, { force: true });
  }
}
