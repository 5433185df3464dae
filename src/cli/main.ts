// The process: argv, environment, signals, exit status. The only file with effects of its own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommanderError } from 'commander';
import { type ErrorClass, runbookOf, toSwarmError } from '../core/errors.ts';
import { type ExitCode, exitCodes } from './io.ts';
import { createProgram } from './program.ts';

const root = join(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const stopping = new AbortController();
// Whether a person or a supervisor has asked for the end; only asking again forces it. A closed terminal and a reader that
// went away begin the end too, but each of them says so several times, and forces nothing.
let asked: 'SIGINT' | 'SIGTERM' | undefined;
let hungUp = false;
// 128 + 1, 2 or 15 is what a shell expects of a process ended by it.
const statusBy = { SIGHUP: 129, SIGINT: exitCodes.interrupted, SIGTERM: 143 } as const;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (asked) process.exit(statusBy[signal]);
    asked = signal;
    stopping.abort();
  });
}
process.on('SIGHUP', hangUp);
// A reader that went away (`| head`) is a wish to stop, never a reason to leave children behind. A service goes on without:
// its supervisor may have changed the log, or its disk is full. A terminal that went away ends a service too.
let unread = false;
let outlived: ((why: string) => void) | undefined;
const atTerminal = process.stdout.isTTY;
process.stdout.on('error', ({ message }) => {
  unread = true;
  if (outlived && !atTerminal) outlived(`stdout: ${message}`);
  else stopping.abort();
});
// What cannot be said on stderr any more is in the log.
process.stderr.on('error', ({ message }) => outlived?.(`stderr: ${message}`));

let stdin: typeof process.stdin | undefined;
const io = {
  env: process.env,
  argv: process.argv.slice(2),
  // Opened by the first who reads: most commands never do, and it takes a tenth of their time.
  get stdin() {
    stdin ??= openStdin();
    return stdin;
  },
  stdout: process.stdout,
  stderr: process.stderr,
  self: [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url)] as const,
  root,
  version: String(version),
  stopped: stopping.signal,
  outliveReaders: (tell: (why: string) => void) => {
    outlived = tell;
  },
  stop: () => {
    asked = 'SIGINT';
    stopping.abort();
  },
  ...(process.send && { tellParent: (word: string) => void process.send?.(word, ignored) }),
};

const exitByClass: Partial<Readonly<Record<ErrorClass, ExitCode>>> = {
  config: exitCodes.config,
  auth: exitCodes.denied,
  dependency: exitCodes.unavailable,
};

let code: ExitCode = exitCodes.ok;
try {
  await createProgram(io, String(version), (result) => {
    code = result;
  }).parseAsync(io.argv, { from: 'user' });
} catch (thrown) {
  code = report(thrown);
}
await read();
process.exit(code === exitCodes.interrupted ? statusBy[asked ?? (hungUp ? 'SIGHUP' : 'SIGINT')] : code);

// A pipe takes 64 KiB at once, and what has not left by then is lost. Whoever wants the end does not wait for its reader.
function read(): Promise<void> {
  const { signal } = stopping;
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
    process.stdout.write('', () => resolve());
  });
}

// A terminal that was closed is a wish to stop.
function openStdin(): typeof process.stdin {
  return process.stdin.on('error', hangUp);
}

function hangUp(): void {
  hungUp = true;
  stopping.abort();
}

// A parent that went away before it was told has no use for the word.
function ignored(): void {}

function report(thrown: unknown): ExitCode {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const error = toSwarmError(thrown);
  // Who went away has read enough; nothing failed, and there is nobody to be told.
  if (error.code === 'ABORTED' && unread && !hungUp) return exitCodes.ok;
  process.stderr.write(`swarmline: ${error.message}\n`);
  process.stderr.write(`${error.code}: ${error.kind.hint} See ${runbookOf(error.kind)}\n`);
  if (error.code === 'UNEXPECTED' && error.stack) process.stderr.write(`${error.stack}\n`);
  if (error.code === 'ABORTED' && (asked || hungUp)) return exitCodes.interrupted;
  return exitByClass[error.kind.class] ?? exitCodes.failed;
}
