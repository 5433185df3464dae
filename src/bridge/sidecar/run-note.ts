// A note on disk of the program that a sidecar runs. A sidecar that is killed leaves its program behind: the next one
// finds it by the note and ends it, since two programs of one service would do its work twice.
import { readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import { writeFileAtomically } from '../../core/files.ts';
import { processStart } from '../../core/servers/index.ts';
import { signalGroup } from './group.ts';

const identitySchema = z.object({ pid: z.number().int().positive(), start: z.string().nullable() });
type Identity = z.infer<typeof identitySchema>;
const noteSchema = z.object({ program: identitySchema, sidecar: identitySchema });

const pollMs = 50;

/** The note of one service. */
export class RunNote {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Notes the program that this process runs; `pid` leads its process group. */
  async write(pid: number): Promise<void> {
    const note = { program: await identify(pid), sidecar: await identify(process.pid) };
    await writeFileAtomically(this.#path, JSON.stringify(note));
  }

  /** Asks what a dead sidecar left running to end, and kills it after `graceMs`. Resolves to its pid; null when nothing is certain to be left. */
  async endOrphan(clock: Clock, graceMs: number): Promise<number | null> {
    const note = noteSchema.safeParse(await readJson(this.#path));
    if (!note.success || (await lives(note.data.sidecar)) || !(await lives(note.data.program))) return null;
    const { pid } = note.data.program;
    const killAt = clock.now() + graceMs;
    signalGroup(pid, 'SIGTERM');
    while (clock.now() < killAt && signalGroup(pid, 0)) await clock.sleep(pollMs);
    signalGroup(pid, 'SIGKILL');
    return pid;
  }

  /** For when the program has ended. */
  remove(): Promise<void> {
    return rm(this.#path, { force: true });
  }
}

async function identify(pid: number): Promise<Identity> {
  return { pid, start: await processStart(pid) };
}

async function lives({ pid, start }: Identity): Promise<boolean> {
  return start !== null && (await processStart(pid)) === start;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}
