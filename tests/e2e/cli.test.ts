// The program itself, as it is built, as a process: exit codes and what is said on the way.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/cli/io.ts';

const root = join(import.meta.dirname, '../..');
const main = join(root, 'dist/cli/main.js');
let home = '';
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'swarmline-cli-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const environment = (env: NodeJS.ProcessEnv = {}) => ({
  PATH: process.env['PATH'],
  SWARMLINE_HOME: home,
  SWARMLINE_API_PORT: '9',
  ...env,
});
const swarmline = (args: readonly string[], env?: NodeJS.ProcessEnv) =>
  spawnSync(process.execPath, [main, ...args], {
    cwd: root,
    env: environment(env),
    encoding: 'utf8',
    timeout: 30_000,
  });

describe('swarmline', { timeout: 40_000 }, () => {
  it('tells its exit codes in its help', () => {
    const { status, stdout } = swarmline(['--help']);
    expect(status).toBe(0);
    expect(stdout).toContain(
      'Exit codes: 0 ok, 1 failed, 2 usage, 69 unavailable, 70 not ended cleanly, 75 too much asked, 77 denied, 78 configuration, 130 stopped by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP',
    );
  });

  it('has every exit code in the guide to the shell', () => {
    const guide = readFileSync(join(root, 'docs/guides/http-api.md'), 'utf8');
    const [line = ''] = /^Exit codes: .*$/m.exec(guide) ?? [];
    const told = [...line.matchAll(/(?:: |, )(\d+) /g)].map(([, code]) => Number(code));
    expect(told).toEqual(Object.values(exitCodes));
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('that %s stops while it waits for the platform ends with %i', async (signal, status) => {
    const silent = createServer().listen(0, '127.0.0.1');
    try {
      await once(silent, 'listening');
      const address = silent.address();
      const port = typeof address === 'object' && address ? String(address.port) : '';
      const child = spawn(process.execPath, [main, 'services'], {
        cwd: root,
        env: environment({ SWARMLINE_API_PORT: port }),
        stdio: 'ignore',
      });
      const ended = once(child, 'exit');
      await once(silent, 'request');
      child.kill(signal);
      expect(await ended).toEqual([status, null]);
    } finally {
      silent.closeAllConnections();
      silent.close();
    }
  });

  it('tells its version on stdout', () => {
    const { status, stdout } = swarmline(['--version']);
    expect([status, /^\d+\.\d+\.\d+\n$/.test(stdout)]).toEqual([0, true]);
  });

  it('suggests the command that was meant, with status 2', () => {
    const { status, stderr, stdout } = swarmline(['statsu']);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Did you mean status?');
  });

  it('takes every chat command for a subcommand, and looks for the platform', () => {
    const { status, stderr } = swarmline(['restart', 'slam', '--yes', '--name', 'slam', '--json']);
    expect([status, stderr]).toEqual([69, expect.stringContaining('no Swarmline answers')]);
  });

  it('tells a chat command that is used wrongly how it is used, with status 2 and without a platform', () => {
    const { status, stderr } = swarmline(['restart', 'slam', '1a2b', 'more']);
    expect(status).toBe(2);
    expect(stderr).toBe("error: too many arguments for 'restart'; usage: restart <service> [instance]\n");
  });

  it.each([
    ['broadcast', 'run', 'it', 'with', '--yes', 'for', 'all'],
    ['broadcast', 'run', 'it', 'with', '--yes'],
    ['gas', 'send', 'Agent-2', 'try', '--name', 'x', 'again'],
  ])('takes no option out of a text of several words: %s %s %s %s %s', (...words) => {
    const { status, stderr } = swarmline(words);
    expect(status).toBe(2);
    expect(stderr).toContain('put it in front of the text, or the text into quotes');
  });

  it.each([
    ['broadcast', '--yes', 'run', 'it', 'for', 'all'],
    ['broadcast', 'run it with --yes for all', '--yes'],
    ['broadcast', '--yes', '--', 'run', 'it', 'with', '--yes'],
    ['gas', 'send', 'Agent-2', '--json', 'try', 'again'],
    ['audit', 'person=ann', 'last=5', '--json'],
    ['broadcast', 'stop', '--yes'],
  ])('takes options in front of a text, and behind one in quotes: %s %s %s %s', (...words) => {
    const { status, stderr } = swarmline(words);
    expect([status, stderr]).toEqual([69, expect.stringContaining('no Swarmline answers')]);
  });

  it('leaves its own groups their subcommands, and chat the rest of them', () => {
    const [replay, chat] = [
      ['gas', 'replay'],
      ['gas', 'Agent-1'],
    ].map((args) => swarmline(args));
    expect([replay?.status, chat?.status]).toEqual([2, 69]);
  });

  it('lists the chat commands in its help, and tells how one is used', () => {
    const [all, one] = [swarmline(['help']), swarmline(['help', 'restart'])];
    expect(all.stdout).toMatch(/restart <service> \[instance\] +Restart a service/);
    expect(one.stdout).toMatch(/^Usage: swarmline restart <service> \[instance\] \[--yes\]/);
  });

  it('prints the description of the HTTP API without a platform', () => {
    const { status, stdout } = swarmline(['api', 'spec']);
    expect([status, JSON.parse(stdout).openapi]).toEqual([0, '3.1.0']);
  });

  it('makes a key that it shows once, lists it without its text, and takes it out of force', () => {
    const added = swarmline(['api-key', 'add', 'ci']);
    expect([added.status, added.stdout]).toEqual([0, expect.stringMatching(/^swl_ci_[\w-]{43}\n$/)]);
    const again = swarmline(['api-key', 'add', 'ci']);
    expect([again.status, again.stdout]).toEqual([1, '']);
    const listed = swarmline(['api-key', 'list']);
    expect(listed.stdout).toMatch(/^http:ci {2}\d{4}-/);
    expect(listed.stdout).not.toContain('swl_');
    expect(swarmline(['api-key', 'revoke', 'ci']).status).toBe(0);
    expect(swarmline(['api-key', 'revoke', 'ci']).status).toBe(1);
  });

  it('takes a missing argument for a usage error', () => {
    expect(swarmline(['run']).status).toBe(2);
  });

  it('takes a port that is none for a usage error', () => {
    const { status, stderr } = swarmline(['sidecar', '--service', 'slam', '--ready-port', 'x', '--', 'true']);
    expect([status, stderr.includes('a port from 1 to 65535')]).toEqual([2, true]);
  });

  it('says how to start the platform where none runs, with status 69', () => {
    const { status, stderr } = swarmline(['run', 'status']);
    expect(status).toBe(69);
    expect(stderr).toMatch(/^swarmline: no Swarmline answers at http:\/\/127\.0\.0\.1:9 .*npm start/);
  });

  it('tells every problem of the configuration, with status 78', () => {
    const { status, stderr } = swarmline(['up'], { REDIS_URL: 'http://x', SWARMLINE_LOG__LEVEL: 'loud' });
    expect(status).toBe(78);
    expect(stderr).toMatch(/2 problems[\s\S]*redis\.url[\s\S]*log\.level/);
  });

  it('refuses a role that there is not, and names those that there are', () => {
    const { status, stderr } = swarmline(['up', '--only', 'captain']);
    expect(status).toBe(2);
    expect(stderr).toBe(
      'swarmline: --only: no role captain; there are console, bots, api, workers, pipeline\n',
    );
  });

  it('takes several roles with commas, and refuses the one of them that there is not', () => {
    const wrong = swarmline(['up', '--only', 'bots,captain', 'api']);
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('--only: no role captain;')]);
    // What is refused then is the rest of the line.
    const { status, stderr } = swarmline(['up', '--only', 'bots, api', 'workers', '--set', 'redis.url=none']);
    expect([status, stderr]).toEqual([78, expect.stringContaining('redis.url')]);
    expect(stderr).not.toContain('--only');
  });

  it('refuses a service name that no routing key could hold, with status 78', () => {
    expect(swarmline(['sidecar', '--service', 'SLAM!', '--', 'true']).status).toBe(78);
  });

  it('is quiet when its reader goes away', () => {
    const history = join(home, 'Agent-1.jsonl');
    const version = (at: number) => JSON.stringify({ at, raw: 'not JSON' });
    writeFileSync(history, Array.from({ length: 20_000 }, (_, at) => version(at)).join('\n'));
    const script = '{ "$0" "$1" gas replay "$2" --json; echo "status $?" >&2; } | head -1';
    const { stdout, stderr } = spawnSync('sh', ['-c', script, process.execPath, main, history], {
      cwd: root,
      env: environment(),
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect([stderr, stdout.split('\n').length]).toEqual(['status 0\n', 2]);
  });
});
