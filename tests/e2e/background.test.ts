// Running in the background: up --detach, ps, logs, down; and the doctor.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { freePort } from '../../src/core/servers/ports.ts';
import { createDiscordPeer } from '../peers/discord/index.ts';
import { ownServer } from '../support/own-server.ts';
import { eventually, it, type Site } from '../support/site.ts';

const lockOf = async (site: Site) => JSON.parse(await readFile(join(site.home, 'run/platform.json'), 'utf8'));
const psOf = async (site: Site): Promise<{ pid: number; what: string }[]> =>
  JSON.parse((await site.cli('ps', '--json')).stdout);

/** A port on loopback behind which the real server stands from now on. */
async function openDoor(port: number, target: { readonly host: string; readonly port: number }) {
  const door = createServer((near) => {
    const far = connect(target);
    near.on('error', () => undefined).on('close', () => far.destroy());
    far.on('error', () => undefined).on('close', () => near.destroy());
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => door.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => void door.close());
}

/** What each process of this home wrote that was started in the background. */
async function outputs({ home }: Site): Promise<string[]> {
  const folder = join(home, 'logs');
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.out'));
  return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')));
}

describe('in the background', () => {
  it('starts, is seen, is read and is stopped', async ({ openSite }) => {
    const site = await openSite();
    const up = await site.cli('up', '--detach');
    expect(up).toMatchObject({
      end: 0,
      stdout: expect.stringMatching(/^ready in [\d.]+ s, as process \d+(, but for .*)?; logs: /),
    });
    const { pid } = await lockOf(site);
    expect(await psOf(site)).toContainEqual(
      expect.objectContaining({ pid, what: 'swarmline: console, bots, api, workers, pipeline' }),
    );
    expect((await site.cli('logs')).stdout).toMatch(/^\S+ info +ready roles=/m);
    const following = site.start('logs', '-f', '--json');
    await following.says(/"msg":"ready"/);

    const again = await site.cli('up', '--detach');
    expect(again).toMatchObject({
      end: 69,
      stderr: expect.stringContaining(`already runs here as process ${pid}`),
    });

    expect(await site.cli('down')).toMatchObject({
      end: 0,
      stdout: expect.stringContaining(`process ${pid} `),
    });
    expect(await site.cli('ps')).toMatchObject({ end: 1, stdout: expect.stringContaining('nothing runs') });
    following.signal('SIGTERM');
    expect(await following.ended).toBe(0);
    expect(await site.cli('down')).toMatchObject({ end: 0, stdout: expect.stringContaining('nothing runs') });
  });

  it('names what it is not ready without, as /readyz and `status` do', async ({ openSite }) => {
    const port = await freePort();
    const site = await openSite({ rabbitUrl: `amqp://127.0.0.1:${port}` });
    const { end, stdout } = await site.cli('up', '--detach');
    expect([end, stdout]).toEqual([
      0,
      expect.stringMatching(/^ready in [\d.]+ s, as process \d+, but for rabbitmq: .*; logs: /),
    ]);
    const status = await site.cli('status');
    expect(status.stdout).toMatch(/Swarmline is (starting|degraded)/);
    await site.cli('down');
  });

  it('waits until nothing is missing where it is told to, and no longer than that', async ({ openSite }) => {
    const port = await freePort();
    const site = await openSite({ rabbitUrl: `amqp://127.0.0.1:${port}` });
    const late = await site.cli('up', '--detach', '--wait', '8');
    expect([late.end, late.stderr]).toEqual([
      69,
      expect.stringMatching(/process \d+ is not ready after 8 s and goes on trying; stop it with:/),
    ]);
    expect((await site.cli('ps')).end).toBe(0);
    await site.cli('down');
  });

  it('is ready where it waited as soon as nothing is missing any more', async ({ openSite, rabbitUrl }) => {
    const port = await freePort();
    const { hostname, port: real } = new URL(rabbitUrl);
    const site = await openSite({ rabbitUrl: rabbitUrl.replace(`${hostname}:${real}`, `127.0.0.1:${port}`) });
    const up = site.start('up', '--detach', '--wait', '60');
    await eventually(() => outputs(site), {
      accept: (all) => all.some((said) => /^ready in .*, but for rabbitmq/m.test(said)),
    });
    await openDoor(port, { host: hostname, port: Number(real) });
    expect([await up.ended, up.stdout]).toEqual([
      0,
      expect.stringMatching(/^ready in [\d.]+ s, as process \d+; logs: /),
    ]);
    expect((await outputs(site)).join('')).toMatch(
      /^now ready, after [\d.]+ s: nothing is missing any more/m,
    );
    await site.cli('down');
  });

  it('takes no word of another process of its home for its own', async ({ openSite }) => {
    const port = await freePort();
    const site = await openSite({ rabbitUrl: `amqp://127.0.0.1:${port}` });
    const late = site.start('up', '--detach', '--only', 'workers', '--wait', '30');
    await eventually(() => outputs(site), {
      accept: (all) => all.some((said) => said.includes('but for rabbitmq')),
    });
    const { end, stdout } = await site.cli('up', '--detach', '--only', 'console');
    const waits = Promise.resolve('waits');
    expect([end, stdout, await Promise.race([late.ended, waits])]).toEqual([
      0,
      expect.stringMatching(/^ready in /),
      'waits',
    ]);
    expect((await outputs(site)).filter((said) => said.includes('ready in'))).toHaveLength(2);
    await site.cli('down');
    expect(await late.ended).not.toBe(0);
  });

  it('waits in the background alone', async ({ openSite }) => {
    const site = await openSite();
    const { end, stderr } = await site.cli('up', '--wait', '5');
    expect([end, stderr]).toEqual([2, expect.stringContaining('--wait is for --detach')]);
  });

  it('says why it did not start, with the exit code of the start', async ({ openSite }) => {
    const site = await openSite();
    await writeFile(join(site.dir, 'config.yaml'), 'api: { prot: 1 }');
    const { end, stderr } = await site.cli('up', '--detach');
    expect([end, stderr]).toEqual([
      78,
      expect.stringMatching(/api\.prot: there is no such key .*did you mean port/),
    ]);
  });

  it('sees processes of single roles, and ends them all', async ({ openSite }) => {
    const site = await openSite();
    const processes = [site.up('--only', 'workers'), site.up('--only', 'pipeline')];
    await Promise.all(processes.map((process) => process.ready()));
    const told = (await psOf(site)).map(({ what }) => what).toSorted();
    expect(told).toEqual(['swarmline: pipeline', 'swarmline: workers']);
    expect((await site.cli('down')).end).toBe(0);
    expect(await Promise.all(processes.map(({ ended }) => ended))).toEqual([0, 0]);
  });

  it('is not misled by the note of a process that was killed', async ({ openSite }) => {
    const site = await openSite();
    const platform = await site.up().ready();
    await platform.kill();
    expect((await site.cli('ps')).end).toBe(1);
    expect(await site.cli('down')).toMatchObject({ end: 0, stdout: expect.stringContaining('removed ') });
    await (await site.up().ready()).stop();
  });

  it('ends what a killed platform has left running', async ({ openSite }) => {
    const site = await openSite({ redisUrl: null });
    const platform = await site.up().ready();
    await platform.kill();
    expect((await psOf(site)).map(({ what }) => what)).toEqual(['redis-server']);
    const down = await site.cli('down');
    expect(down).toMatchObject({ end: 0, stdout: expect.stringContaining('redis-server (process ') });
    expect(await psOf(site)).toEqual([]);
    expect((await site.cli('down')).stdout).toBe(`nothing runs on ${site.home}\n`);
  });

  it('lets one of two that start at once have the home', async ({ openSite }) => {
    const site = await openSite();
    const both = [site.up(), site.up()] as const;
    const first = await Promise.race(both.map(async (one) => ({ one, end: await one.ended })));
    expect(first.end).toBe(69);
    const [one, other] = both;
    await (await (first.one === one ? other : one).ready()).stop();
  });
});

describe('the doctor', () => {
  const lines = (text: string, name: string) =>
    text.split('\n').filter((line) => line.slice(2).startsWith(name));

  it('names what is wrong and the mend: Redis that evicts, RabbitMQ that is not there', async ({
    openSite,
  }) => {
    const redis = await ownServer('redis-server');
    const site = await openSite({ redisUrl: redis.url, rabbitUrl: 'amqp://me:planted@127.0.0.1:1' });
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    const { end, stdout } = await site.cli('doctor');
    expect(end).toBe(1);
    expect(lines(stdout, 'redis eviction')).toEqual([
      expect.stringMatching(/^✖ .*allkeys-lru: when memory is full/),
    ]);
    expect(stdout).toContain('mend: redis-cli config set maxmemory-policy noeviction');
    expect(lines(stdout, 'rabbitmq')).toEqual([
      expect.stringMatching(/^✖ rabbitmq +amqp:\/\/me:\*\*\*@127\.0\.0\.1:1: connect ECONNREFUSED/),
    ]);
    expect(lines(stdout, 'discord token')).toEqual([expect.stringMatching(/^– .*no DISCORD_TOKEN/)]);
    expect(stdout).not.toContain('planted');
    expect(stdout).toContain('2 to mend');

    const up = await site.cli('up');
    expect([up.end, up.stderr]).toEqual([78, expect.stringContaining('maxmemory-policy is allkeys-lru')]);
  });

  it('finds nothing to mend where all is well, and takes a token that Discord takes', async ({
    openSite,
  }) => {
    const discord = await createDiscordPeer();
    onTestFinished(() => discord.close());
    const site = await openSite({ discord });
    const { end, stdout } = await site.cli('doctor', '--json');
    const findings: { name: string; state: string; said: string }[] = JSON.parse(stdout);
    expect(findings.filter(({ state }) => state === 'fail')).toEqual([]);
    expect(findings).toContainEqual({ name: 'discord token', state: 'ok', said: 'accepted' });
    expect(end).toBe(0);
  });

  it('names a token that Discord refuses, and a port that is taken', async ({ openSite }) => {
    const discord = await createDiscordPeer();
    onTestFinished(() => discord.close());
    const site = await openSite({ discord });
    Object.assign(site.env, { DISCORD_TOKEN: 'planted', SWARMLINE_API_PORT: String(discord.port) });
    const { stdout } = await site.cli('doctor');
    expect(lines(stdout, 'discord token')).toEqual([expect.stringContaining('refused it (HTTP 401)')]);
    expect(lines(stdout, 'port')).toEqual([expect.stringContaining('EADDRINUSE')]);
    expect(stdout).not.toContain('planted');
  });

  it('tells a broken configuration with status 78', async ({ openSite }) => {
    const site = await openSite();
    await writeFile(join(site.dir, 'config.yaml'), 'log: { level: loud }');
    const { end, stdout } = await site.cli('doctor');
    expect([end, lines(stdout, 'configuration')[0]]).toEqual([78, expect.stringMatching(/^✖/)]);
  });

  it('looks into the Redis that a running platform has started', async ({ openSite }) => {
    const site = await openSite({ redisUrl: null });
    const platform = await site.up().ready();
    const doctor = async () => (await site.cli('doctor')).stdout;
    await eventually(doctor, { accept: (text) => /✔ redis durability +append-only file on/.test(text) });
    await platform.stop();
  });
});
