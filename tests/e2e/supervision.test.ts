// A part that crashes in a loop, as an operator lives it; and how the program ends, whatever it is told or left behind.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished } from 'vitest';
import { findProgram } from '../../src/core/servers/index.ts';
import { Child } from '../support/child.ts';
import { print } from '../support/measured.ts';
import { ownServer } from '../support/own-server.ts';
import { eventually, it, type Site } from '../support/site.ts';

const main = join(import.meta.dirname, '../../dist/cli/main.js');

/** `swarmline up` with a changed environment or through a shell line. */
function upWith(site: Site, env: NodeJS.ProcessEnv, line = 'exec "$0" "$@"'): Child {
  const child = new Child({
    program: 'sh',
    args: ['-c', line, process.execPath, main, 'up'],
    env: { ...site.env, ...env },
  });
  onTestFinished(() => child.kill());
  return child;
}

describe('a part that crashes in a loop', () => {
  it('is braked, shown by status, and started again by a reset once it is mended', async ({ openSite }) => {
    const site = await openSite({ rabbitUrl: null });
    // A file where RabbitMQ's folder should be.
    const obstacle = join(site.home, 'rabbitmq-server');
    await mkdir(site.home, { recursive: true });
    await writeFile(obstacle, '');
    const platform = site.up();
    await platform.says(/✖ rabbitmq-server crashed in a loop; when it is mended: swarmline service reset/);

    const status = await site.cli('status');
    expect(status.stdout).toMatch(
      /^ {2}part rabbitmq-server +braked after crashing in a loop: .*service reset/m,
    );
    expect(status.stdout).toMatch(/^Swarmline is degraded/);
    // What is not well is looked for each second.
    await eventually(() => site.cli('run', 'alerts'), {
      accept: ({ stdout }) => /^ {2}part-braked\/rabbitmq-server +critical for .*service reset/m.test(stdout),
    });
    await eventually(async () =>
      (await readFile(alertsOf(site), 'utf8')).includes('"part-braked/rabbitmq-server"'),
    );

    const unknown = await site.cli('service', 'reset', 'nosuch');
    expect(unknown.end).toBe(1);
    expect(unknown.stderr).toMatch(/no component is called nosuch; there are api, .*rabbitmq-server, /);

    const healthy = await site.cli('service', 'reset', 'api');
    expect(healthy).toMatchObject({
      end: 0,
      stdout: expect.stringMatching(/not braked, so nothing was done; ready/),
    });

    const tooSoon = await site.cli('service', 'reset', 'rabbitmq-server');
    expect(tooSoon).toMatchObject({
      end: 1,
      stdout: expect.stringMatching(/the brake is closed; failed: .*mkdir/),
    });
    await eventually(async () => (await site.cli('status')).stdout.includes('braked after'));

    await rm(obstacle);
    const reset = await site.cli('service', 'reset', 'rabbitmq-server');
    expect(reset).toMatchObject({
      end: 0,
      stdout: expect.stringMatching(/the brake is closed; (starting|ready)/),
    });
    await platform.says(/^✔ rabbitmq +up/m, { timeoutMs: 90_000 });
    expect((await site.cli('status')).stdout).not.toContain('rabbitmq-server');
    await platform.stop();
    const log = await readFile(join(site.home, 'logs/swarmline.ndjson'), 'utf8');
    expect(log.match(/a part crashed in a loop/g)).toHaveLength(2);
  });

  it('cannot be reset where nothing runs, with status 69', async ({ openSite }) => {
    const site = await openSite();
    expect((await site.cli('service', 'reset', 'api')).end).toBe(69);
  });
});

/** Where its alerts are written. */
function alertsOf({ home }: { readonly home: string }): string {
  return join(home, 'alerts', 'alerts.ndjson');
}

describe('the program', () => {
  it('ends with status 70 and the name of the part when one had to be given up', async ({ openSite }) => {
    const redis = await ownServer('redis-server');
    const pid = await redis.pid();
    onTestFinished(() => {
      process.kill(pid, 'SIGCONT');
    });
    const site = await openSite({ redisUrl: redis.url });
    const platform = upWith(site, { SWARMLINE_DRAIN__TIMEOUT_MS: '1000' });
    await platform.says(/^ready in/m);
    process.kill(pid, 'SIGSTOP');
    platform.signal('SIGTERM');
    expect(await platform.ended).toBe(70);
    expect(platform.stderr).toMatch(/^[a-z-]+ was given up: .*still stopping/m);
    expect(await readFile(alertsOf(site), 'utf8')).toMatch(/"part-given-up\/[a-z-]+"/);
  });

  it('drains on SIGHUP with status 0', async ({ openSite }) => {
    const site = await openSite();
    const platform = await site.up().ready();
    platform.signal('SIGHUP');
    expect(await platform.ended).toBe(0);
    expect(platform.stdout).toMatch(/^draining[\s\S]*^stopped$/m);
  });

  it.for([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('is forced by a second %s at once', async ([signal, status], { openSite }) => {
    const redis = await ownServer('redis-server');
    const pid = await redis.pid();
    onTestFinished(() => {
      process.kill(pid, 'SIGCONT');
    });
    const site = await openSite({ redisUrl: redis.url });
    const platform = await site.up().ready();
    process.kill(pid, 'SIGSTOP');
    platform.signal(signal);
    await platform.says(/^draining/m);
    const begun = Date.now();
    platform.signal(signal);
    expect(await platform.ended).toBe(status);
    const tookMs = Date.now() - begun;
    print(`forced by a second ${signal}: ${tookMs} ms (required 1000 ms)`);
    expect(tookMs).toBeLessThan(5_000);
  });

  it('goes on when its input ends and no terminal is there', async ({ openSite }) => {
    const site = await openSite();
    const platform = upWith(site, {}, 'exec "$0" "$@" < /dev/null');
    await platform.says(/^ready in/m);
    expect((await site.cli('run', 'help')).end).toBe(0);
    platform.signal('SIGTERM');
    expect(await platform.ended).toBe(0);
  });
});

/** Receives what is said to systemd, one message a line; real unix datagrams, which Node cannot receive. */
const listener = `
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("bound", flush=True)
while True:
    print(s.recv(4096).decode().replace("\\n", " "), flush=True)
`;

describe('systemd', () => {
  it('hears ready, the watchdog, and the stop', async ({ openSite, skip }) => {
    const path = process.env['PATH'] ?? '';
    const python = await findProgram('python3', path);
    if (!python) return skip('no python3 to listen with');
    if (!(await findProgram('systemd-notify', path))) return skip('no systemd-notify');
    const site = await openSite();
    const socket = join(site.dir, 'notify');
    const ear = spawn(python, ['-c', listener, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => {
      ear.kill('SIGKILL');
    });
    const heard: string[] = [];
    createInterface({ input: ear.stdout }).on('line', (line) => heard.push(line));
    await eventually(() => heard.includes('bound'));
    const platform = upWith(site, { NOTIFY_SOCKET: socket, WATCHDOG_USEC: '400000' });
    await platform.says(/^ready in/m);
    await eventually(() => heard.filter((line) => line === 'WATCHDOG=1').length >= 3);
    expect(heard[1]).toBe('READY=1 STATUS=ready: console, bots, api, workers, pipeline');

    // A loop that stands still feeds nobody.
    platform.signal('SIGSTOP');
    const fed = async () => {
      const before = heard.length;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return heard.length - before;
    };
    await eventually(fed, { accept: (count) => count === 0 });
    platform.signal('SIGCONT');
    await eventually(fed, { accept: (count) => count > 0 });

    platform.signal('SIGTERM');
    expect(await platform.ended).toBe(0);
    await eventually(() => heard.includes('STOPPING=1 STATUS=draining'));
  });

  it('is told nothing, and the log says so, where its program is missing', async ({ openSite }) => {
    const site = await openSite();
    const env = { NOTIFY_SOCKET: join(site.dir, 'notify'), PATH: site.dir };
    const platform = new Child({
      program: process.execPath,
      args: [main, 'up'],
      env: { ...site.env, ...env },
    });
    onTestFinished(() => platform.kill());
    await platform.says(/^ready in/m);
    const log = await readFile(join(site.home, 'logs/swarmline.ndjson'), 'utf8');
    expect(log).toContain('there is no program systemd-notify on the PATH: systemd is told nothing');
    platform.signal('SIGTERM');
    expect(await platform.ended).toBe(0);
  });
});

describe('a parent with a channel, such as PM2', () => {
  it('is told that the platform is ready', async ({ openSite }) => {
    const site = await openSite();
    const child = fork(main, ['up'], {
      env: site.env,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [],
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const [word] = await once(child, 'message');
    expect(word).toBe('ready');
    const ready = await fetch(`http://127.0.0.1:${site.port}/livez`);
    expect(ready.status).toBe(200);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });
});
