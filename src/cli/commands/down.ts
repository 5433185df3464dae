// `swarmline down`: ends every process of Swarmline on this home in order, and waits until they are gone.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunNote, readPidLock, readRunNotes } from '../../app/pid-lock.ts';
import { systemClock } from '../../core/clock.ts';
import { endServer, rabbitmqRecipe, signalProcess } from '../../core/servers/index.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';
import { whereabouts } from '../whereabouts.ts';

export interface DownOptions {
  /** How long the drain may take, s. */
  readonly timeout: number;
  /** Kill what is still there then. */
  readonly force: boolean;
}

/** Exit code 0 when nothing runs any more, also when nothing did; 1 when something is still there. */
export async function down({ timeout, force }: DownOptions, io: Io): Promise<ExitCode> {
  const { home } = await whereabouts(io);
  const notes = await readRunNotes(join(home, 'run'));
  const [alive, stale] = [notes.filter((note) => note.alive), notes.filter((note) => !note.alive)];
  for (const { file, pid } of stale) {
    await rm(file, { force: true });
    io.stdout.write(`process ${pid} ended without taking its note away; removed ${file}\n`);
  }
  if (alive.length === 0) {
    const ended = await endLeft(home, io);
    if (ended === 0) io.stdout.write(`nothing runs on ${home}\n`);
    return exitCodes.ok;
  }
  // Surfaces and workers first would need an order between processes; each drains on its own.
  for (const { pid } of alive) signalProcess(pid, 'SIGTERM');
  const left = await waitFor(alive, timeout * 1_000, io);
  for (const note of alive.filter(({ pid }) => !left.some((other) => other.pid === pid))) {
    io.stdout.write(`process ${note.pid} (${note.roles.join(', ')}) has stopped\n`);
  }
  const code = left.length === 0 ? exitCodes.ok : await forced(left, force, io);
  if (code === exitCodes.ok) await endLeft(home, io);
  return code;
}

/** Ends the programs that a killed platform left running. Resolves to how many there were. */
async function endLeft(home: string, io: Io): Promise<number> {
  let ended = 0;
  for (const [name, cleanUp] of leftInOrder) {
    const pid = await endServer(join(home, name), { clock: systemClock, ...(cleanUp && { cleanUp }) });
    if (pid === null) continue;
    ended += 1;
    io.stdout.write(
      `${name} (process ${pid}) was left running by a platform that was killed; it has stopped\n`,
    );
  }
  return ended;
}

// Who needs another goes before it.
const leftInOrder = [
  ['demo-world', undefined],
  ['rabbitmq-server', rabbitmqRecipe('').cleanUp],
  ['redis-server', undefined],
] as const;

async function forced(left: readonly RunNote[], force: boolean, io: Io): Promise<ExitCode> {
  for (const { pid } of left) {
    if (force) signalProcess(pid, 'SIGKILL');
    io.stderr.write(
      force
        ? `process ${pid} did not end in time and was killed; what it was doing is taken up at the next start\n`
        : `process ${pid} is still draining; look with: swarmline ps; kill it with: swarmline down --force\n`,
    );
  }
  if (!force) return exitCodes.failed;
  const stubborn = await waitFor(left, 5_000, io);
  for (const { file } of left) await rm(file, { force: true });
  return stubborn.length === 0 ? exitCodes.ok : exitCodes.failed;
}

/** Resolves to those that still live after `limitMs`. */
async function waitFor(notes: readonly RunNote[], limitMs: number, io: Io): Promise<RunNote[]> {
  const until = systemClock.now() + limitMs;
  for (;;) {
    const states = await Promise.all(
      notes.map(async (note) => ((await readPidLock(note.file))?.alive ? [note] : [])),
    );
    const left = states.flat();
    if (left.length === 0 || systemClock.now() > until || io.stopped.aborted) return left;
    await systemClock.sleep(100);
  }
}
