// `swarmline up --detach`: the same `up` in a process of its own, with no terminal; waits until that runs, or with
// `--wait` until nothing that it needs is missing, or has failed.
import { spawn } from 'node:child_process';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { randomId } from '../../contracts/ids.ts';
import { systemClock } from '../../core/clock.ts';
import { coreErrors, errorText, SwarmError } from '../../core/errors.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';
import { whereabouts } from '../whereabouts.ts';

const patienceMs = 120_000;
const shownLines = 20;
/** The outputs of so many starts are kept. */
const keptOutputs = 20;

/** Lines of `up`. The first is all there is where nothing was missing then. */
const runs = /^ready in ([\d.]+ s)(.*); `help`/m;
const isComplete = /^(?:ready in [\d.]+ s; `help`|now ready)/m;
const nowReady = /^now ready, after ([\d.]+ s)/m;

export interface DetachOptions {
  /** Seconds until nothing that it needs is missing; default: it is not waited for, and what is missing is named. */
  readonly wait?: number;
}

/** @param args of `up`, without those of detaching @throws SwarmError when it does not start */
export async function detach(args: readonly string[], { wait }: DetachOptions, io: Io): Promise<ExitCode> {
  const { home } = await whereabouts(io);
  const folder = join(home, 'logs');
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new SwarmError(coreErrors.configInvalid, `home: cannot write to ${home} (${errorText(cause)})`, {
      cause,
    });
  });
  const draft = join(folder, `swarmline-${randomId()}.out`);
  const out = await open(draft, 'wx');
  const [program, ...leading] = io.self;
  const child = spawn(program, [...leading, 'up', ...args], {
    env: io.env,
    detached: true,
    stdio: ['ignore', out.fd, out.fd],
  });
  const ended = new Promise<number>((resolve) => {
    child.once('error', () => resolve(exitCodes.failed));
    child.once('exit', (code, signal) => resolve(signal === null ? (code ?? 1) : 1));
  });
  await out.close();
  // Of its own, or the word of another process of this home would count as its word.
  const path = child.pid === undefined ? draft : join(folder, `swarmline-${child.pid}.out`);
  await rename(draft, path);
  await removeOld(folder);
  const said = () => readFile(path, 'utf8').catch(() => '');
  const waitMs = wait === undefined ? patienceMs : wait * 1_000;
  const end = await Promise.race([
    ended,
    untilSaid(said, wait === undefined ? runs : isComplete, waitMs, io),
  ]);
  const text = await said();
  if (end === 'ready') {
    child.unref();
    const [, early = '', but = ''] = runs.exec(text) ?? [];
    const [, late] = nowReady.exec(text) ?? [];
    io.stdout.write(
      `ready in ${late ?? early}, as process ${child.pid}${late === undefined ? but : ''}; logs: swarmline logs -f; stop: swarmline down\n`,
    );
    return exitCodes.ok;
  }
  io.stderr.write(`${text.trimEnd().split('\n').slice(-shownLines).join('\n')}\n`);
  if (end === 'late' || end === 'left') {
    child.unref();
    const why = end === 'late' ? `is not ready after ${waitMs / 1_000} s` : 'was not ready yet';
    io.stderr.write(`process ${child.pid} ${why} and goes on trying; stop it with: swarmline down\n`);
    return exitCodes.unavailable;
  }
  const known = Object.values(exitCodes).find((code) => code === end);
  return known === undefined || known === exitCodes.ok ? exitCodes.failed : known;
}

/** Removes the outputs of all but the newest starts. */
async function removeOld(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^swarmline-\w+\.out$/.test(name));
  const paths = names.map((name) => join(folder, name));
  const aged = await Promise.all(
    paths.map(async (path) => ({
      path,
      at: await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    })),
  );
  const old = aged.toSorted((a, b) => b.at - a.at).slice(keptOutputs);
  await Promise.all(old.map(({ path }) => rm(path, { force: true })));
}

async function untilSaid(
  said: () => Promise<string>,
  line: RegExp,
  withinMs: number,
  io: Io,
): Promise<'ready' | 'late' | 'left'> {
  const until = systemClock.now() + withinMs;
  while (systemClock.now() < until && !io.stopped.aborted) {
    if (line.test(await said())) return 'ready';
    await systemClock.sleep(100);
  }
  return io.stopped.aborted ? 'left' : 'late';
}
