// Notes on disk of the programs that sidecars run, one of each sidecar. A sidecar that is killed leaves its program behind:
// the next one of the service finds it by the note and ends it, since nobody would restart, stop or tell of it any more.
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import { writeFileAtomically } from '../../core/files.ts';
import { processStart } from '../../core/servers/index.ts';
import { signalGroup } from './group.ts';

const identitySchema = z.object({ pid: z.number().int().positive(), start: z.string().nullable() });
type Identity = z.infer<typeof identitySchema>;
const noteSchema = z.object({ program: identitySchema, sidecar: identitySchema });

const pollMs = 50;

/** Where the notes of a service are. */
export interface RunNoteOptions {
  readonly folder: string;
  readonly service: string;
}

/** The note of this process, and those that others of its service left. */
export class RunNote {
  readonly #options: RunNoteOptions;

  constructor(options: RunNoteOptions) {
    this.#options = options;
  }

  /** Notes the program that this process runs; `pid` leads its process group. */
  async write(pid: number): Promise<void> {
    const note = { program: await identify(pid), sidecar: await identify(process.pid) };
    await writeFileAtomically(this.#own, JSON.stringify(note));
  }

  /** Asks what dead sidecars left running to end, and kills it after `graceMs`. Resolves to the pids of what is certain to have been left. */
  async endOrphans(clock: Clock, graceMs: number): Promise<readonly number[]> {
    const left = await this.#left();
    const pids = await Promise.all(left.map((path) => endOrphan(path, clock, graceMs)));
    return pids.filter((pid) => pid !== null);
  }

  /** For when the program has ended. */
  remove(): Promise<void> {
    return rm(this.#own, { force: true });
  }

  get #own(): string {
    const { folder, service } = this.#options;
    return join(folder, `${service}.${process.pid}.json`);
  }

  async #left(): Promise<readonly string[]> {
    const { folder, service } = this.#options;
    const names = await readdir(folder).catch(() => []);
    // The name without a number is of an older version, whose sidecars shared one note.
    const mine = names.filter((name) => name.startsWith(`${service}.`) && /^[^.]+(\.\d+)?\.json$/.test(name));
    return mine.map((name) => join(folder, name));
  }
}

async function endOrphan(path: string, clock: Clock, graceMs: number): Promise<number | null> {
  const note = noteSchema.safeParse(await readJson(path));
  if (!note.success || (await lives(note.data.sidecar))) return null;
  const { pid } = note.data.program;
  const left = await lives(note.data.program);
  if (left) {
    const killAt = clock.now() + graceMs;
    signalGroup(pid, 'SIGTERM');
    while (clock.now() < killAt && signalGroup(pid, 0)) await clock.sleep(pollMs);
    signalGroup(pid, 'SIGKILL');
  }
  await rm(path, { force: true });
  return left ? pid : null;
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
