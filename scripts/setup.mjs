// Set-up of a fresh clone, shared by start.mjs and test.mjs: dependencies, build, server programs.
// Node built-ins only, since it runs before `npm ci`. It installs programs; it never starts a server.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { withProgress } from './progress.mjs';

/** The repository's root; everything here works from any directory. */
export const root = join(import.meta.dirname, '..');

/** A set-up that cannot go on; `message` says what to do. `exitCode` is 69 (unavailable) or 1. */
export class SetupError extends Error {
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Runs `npm ci` when node_modules is missing or older than the lock file.
 * A link is left alone: `npm ci` would empty the folder that it leads to, which is another checkout's.
 */
export async function ensureDependencies() {
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return;
  const lock = statSync(join(root, 'package-lock.json'));
  const installed = statSync(join(root, 'node_modules/.package-lock.json'), { throwIfNoEntry: false });
  if (installed && installed.mtimeMs >= lock.mtimeMs) return;
  await step('dependencies: npm ci', 'npm', ['ci', '--include=dev', '--no-audit', '--no-fund']);
}

/** Compiles src to dist/ when something it is made of has changed since the last build. */
export async function ensureBuild() {
  const stamp = join(root, 'dist/.stamp');
  const wanted = sourceHash();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  await step('build', 'npm', ['run', '--silent', 'build']);
  writeFileSync(stamp, wanted);
}

const servers = [
  {
    program: 'redis-server',
    url: 'REDIS_URL',
    brew: 'redis',
    docker: 'redis:7',
    port: 6379,
    scheme: 'redis',
  },
  {
    program: 'rabbitmq-server',
    url: 'RABBITMQ_URL',
    brew: 'rabbitmq',
    docker: 'rabbitmq:3',
    port: 5672,
    scheme: 'amqp',
    // Debian's wrapper on PATH wants to become the user rabbitmq; the program itself lies here.
    folder: '/usr/lib/rabbitmq/bin',
  },
];

/** What only tests run beside us. */
const testPrograms = [{ program: 'tmux', brew: 'tmux' }];

/**
 * Sees to it that redis-server and rabbitmq-server are installed, each unless its URL names a running one; with `tests`
 * what only they need, too.
 * As root on Debian or Ubuntu it installs what is missing; with `ask` it asks first, if there is a terminal.
 * @throws SetupError with exit code 69 and the line to type, where it cannot install
 */
export async function ensureServers({ ask, tests = false }) {
  const wanted = [...servers.filter(({ url }) => !process.env[url]), ...(tests ? testPrograms : [])];
  const missing = wanted.filter((program) => !isInstalled(program));
  if (missing.length === 0) return;
  const packages = missing.map((server) => server.program);
  if (!canInstall() || !(await agreed(ask, packages))) throw new SetupError(howToInstall(missing), 69);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await step('package lists: apt-get update', 'apt-get', ['update'], { env, exitCode: 69 });
  await step(
    `servers: apt-get install ${packages.join(' ')}`,
    'apt-get',
    ['install', '-y', '--no-install-recommends', ...packages],
    { env, exitCode: 69 },
  );
}

function isInstalled({ program, folder }) {
  return isOnPath(program) || (folder !== undefined && isExecutable(join(folder, program)));
}

function isOnPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, program)));
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function canInstall() {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && isOnPath('apt-get');
}

async function agreed(ask, packages) {
  if (!ask || !process.stdin.isTTY || !process.stdout.isTTY) return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const question = terminal.question(`Install ${packages.join(' and ')} with apt-get? [Y/n] `);
  // Ctrl-D closes the terminal without an answer.
  const answer = await Promise.race([question, once(terminal, 'close').then(() => 'no')]);
  terminal.close();
  return /^(y|yes|)$/i.test(answer.trim());
}

function howToInstall(missing) {
  const list = (key) => missing.map((server) => server[key]).join(' ');
  return [
    `Missing: ${list('program')}. Install, then try again:`,
    `  Debian, Ubuntu  sudo apt-get install --no-install-recommends ${list('program')}`,
    `  macOS           brew install ${list('brew')}`,
    ...missing.flatMap(({ docker, port, url, scheme }) =>
      docker === undefined
        ? []
        : [
            `  Docker          docker run -d -p 127.0.0.1:${port}:${port} ${docker}, and set ${url}=${scheme}://127.0.0.1:${port}`,
          ],
    ),
  ].join('\n');
}

/** Everything the build reads, as one hash: a copied or checked-out tree has new times, but not new contents. */
function sourceHash() {
  const top = readdirSync(root).filter((name) => /^(tsconfig.*|package-lock)\.json$/.test(name));
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash('sha256');
  const builder = join(root, 'scripts/build.mjs');
  for (const file of [...top.map((name) => join(root, name)), builder, ...sources].sort()) {
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

/** Runs a program as one visible step. What it prints goes to a log, and its end is shown when it fails. */
async function step(title, program, args, { env = process.env, exitCode = 1 } = {}) {
  const folder = resolve(root, process.env.SWARMLINE_HOME ?? '.swarmline');
  mkdirSync(folder, { recursive: true });
  const log = join(folder, 'setup.log');
  const ok = await withProgress(title, () => {
    const out = openSync(log, 'w');
    const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', out, out] });
    return new Promise((resolve) => {
      child.on('error', () => resolve(false));
      child.on('close', (code) => resolve(code === 0));
    });
  });
  if (ok) return;
  const tail = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-20).join('\n');
  throw new SetupError(`${title} failed; the end of ${log}:\n${tail}`, exitCode);
}
