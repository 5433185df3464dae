// The set-up of a fresh clone, on a small clone with an npm and an apt-get that only write down how they were called.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const scripts = join(import.meta.dirname, '../../scripts');
const elsewhere = { REDIS_URL: 'redis://elsewhere', RABBITMQ_URL: 'amqp://elsewhere' };
let clone = '';

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'swarmline-clone-'));
  cpSync(scripts, join(clone, 'scripts'), { recursive: true });
  for (const folder of ['src', 'bin']) mkdirSync(join(clone, folder));
  for (const file of ['package-lock.json', 'tsconfig.json', 'src/main.ts'])
    writeFileSync(join(clone, file), '{}');
  fakeProgram('npm', '/bin/mkdir -p node_modules dist; : > node_modules/.package-lock.json');
  fakeProgram('apt-get', ':');
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

it('installs the dependencies of a fresh clone once', () => {
  setUp('await ensureDependencies(); await ensureDependencies();');
  expect(calls()).toEqual(['npm ci --include=dev --no-audit --no-fund']);
});

it('does not install into a linked node_modules, which is another checkout’s', () => {
  mkdirSync(join(clone, 'another'));
  symlinkSync(join(clone, 'another'), join(clone, 'node_modules'));
  setUp('await ensureDependencies();');
  expect(calls()).toEqual([]);
});

it('builds once, and again only when a source has changed', () => {
  setUp('await ensureBuild(); await ensureBuild();');
  expect(calls()).toEqual(['npm run --silent build']);
  writeFileSync(join(clone, 'src/main.ts'), 'export {};');
  setUp('await ensureBuild();');
  expect(calls()).toHaveLength(2);
});

it('says what to type, and status 69, where it may not install a server', () => {
  const { status, stdout } = setUp('await ensureServers({ ask: true });', {
    uid: 1000,
    RABBITMQ_URL: 'amqp://x',
  });
  expect(status).toBe(69);
  for (const line of [
    'apt-get install --no-install-recommends redis-server',
    'brew install redis',
    'docker run',
  ]) {
    expect(stdout).toContain(line);
  }
  expect(calls()).toEqual([]);
});

it('needs no server program where both URLs are given', () => {
  expect(setUp('await ensureServers({ ask: true });', { uid: 1000, ...elsewhere }).status).toBe(0);
  expect(calls()).toEqual([]);
});

it('installs a missing server without asking, as root on Debian without a terminal', (ctx) => {
  ctx.skip(!existsSync('/etc/debian_version'), 'this system is not a Debian');
  expect(setUp('await ensureServers({ ask: true });', { uid: 0, RABBITMQ_URL: 'amqp://x' }).status).toBe(0);
  expect(calls()).toEqual(['apt-get update', 'apt-get install -y --no-install-recommends redis-server']);
});

it('wants what only the tests run beside us for the tests alone', () => {
  const { status, stdout } = setUp('await ensureServers({ ask: false, tests: true });', {
    uid: 1000,
    ...elsewhere,
  });
  expect(status).toBe(69);
  expect(stdout).toContain('apt-get install --no-install-recommends tmux');
  expect(stdout).not.toContain('Docker');
});

it('shows the end of what a failed step printed', () => {
  fakeProgram('npm', 'echo "the registry is on fire"; exit 7');
  const { status, stdout } = setUp('await ensureDependencies();');
  expect(status).toBe(1);
  expect(stdout).toContain('the registry is on fire');
});

/** Runs statements with the set-up's functions in a process of its own; its status is that of a SetupError, or 0. */
function setUp(statements: string, { uid = 1000, ...env }: { uid?: number } & Record<string, unknown> = {}) {
  const program = `
    process.getuid = () => ${uid};
    const { ensureBuild, ensureDependencies, ensureServers } = await import('${clone}/scripts/setup.mjs');
    try { ${statements} } catch (thrown) { console.log(thrown.message); process.exitCode = thrown.exitCode; }`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
    env: {
      PATH: join(clone, 'bin'),
      ...Object.fromEntries(Object.entries(env).map(([key, value]) => [key, `${value}`])),
    },
  });
}

/** A program on the clone's PATH that writes down its call and then does `effect`. */
function fakeProgram(name: string, effect: string): void {
  const file = join(clone, 'bin', name);
  writeFileSync(file, `#!/bin/sh\necho "${name} $@" >> ${clone}/calls.log\n${effect}\n`);
  chmodSync(file, 0o755);
}

function calls(): string[] {
  const log = join(clone, 'calls.log');
  return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
}
