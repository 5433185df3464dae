// The process: argv, environment, signals, exit status. The only file with effects of its own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommanderError } from 'commander';
import { type ErrorClass, toSwarmError } from '../core/errors.ts';
import { type ExitCode, exitCodes } from './io.ts';
import { createProgram } from './program.ts';

const root = join(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The second signal forces; 128 + 2 or 15 is what a shell expects of a process ended by it. A closed terminal
    // says so twice, by the end of its input and by SIGHUP, and forces nothing.
    if (stopping.signal.aborted && signal !== 'SIGHUP') process.exit(signal === 'SIGTERM' ? 143 : 130);
    stopping.abort();
  });
}
// A reader that went away (`| head`, a `| tee` that Ctrl-C ended too) is a wish to stop, never a reason to leave children behind.
let unread = false;
process.stdout.on('error', () => {
  unread = true;
  stopping.abort();
});
// So is a terminal that was closed; what cannot be said on stderr any more is in the log.
process.stdin.on('error', () => stopping.abort());
process.stderr.on('error', () => undefined);

const io = {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  self: [process.execPath, ...process.execArgv, fileURLToPath(import.meta.url)] as const,
  root,
  stopped: stopping.signal,
  stop: () => stopping.abort(),
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
  }).parseAsync();
} catch (thrown) {
  code = report(thrown);
}
process.exit(code);

function report(thrown: unknown): ExitCode {
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const error = toSwarmError(thrown);
  // Who went away has read enough; nothing failed, and there is nobody to be told.
  if (error.code === 'ABORTED' && unread) return exitCodes.ok;
  process.stderr.write(`swarmline: ${error.message}\n`);
  if (error.code === 'UNEXPECTED' && error.stack) process.stderr.write(`${error.stack}\n`);
  return exitByClass[error.kind.class] ?? exitCodes.failed;
}
