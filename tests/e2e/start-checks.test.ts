// The checks of the surroundings, each on a real server that is wrong in one way: `swarmline doctor` names it and its mend,
// and a platform that starts says the same.
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectAmqp } from 'amqplib';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import { exchanges } from '../../src/contracts/bus.ts';
import { OwnServer, ownServer } from '../support/own-server.ts';
import { it, type Site } from '../support/site.ts';
import { SmallDisk } from '../support/tmpfs.ts';

/** What the doctor says of one thing: its line and its mend. */
async function doctorOf(site: Site, name: string) {
  const { end, stdout } = await site.cli('doctor');
  const lines = stdout.split('\n');
  const at = lines.findIndex((line) => line.slice(2).startsWith(`${name} `));
  return { end, line: lines[at] ?? '', mend: lines[at + 1]?.trim() ?? '' };
}

describe('RabbitMQ', () => {
  // Its start takes 10 to 20 s, so all tests here share one.
  const shared: { folder?: string; server?: OwnServer } = {};
  beforeAll(async () => {
    shared.folder = await mkdtemp(join(tmpdir(), 'swarmline-own-'));
    shared.server = await OwnServer.start('rabbitmq-server', shared.folder);
    await shared.server.rabbitmqctl('add_user', 'poor', 'planted');
  });
  afterAll(async () => {
    await shared.server?.stop();
    if (shared.folder) await rm(shared.folder, { recursive: true, force: true });
  });
  const rabbit = (): OwnServer => {
    if (!shared.server) throw new Error('RabbitMQ did not start');
    return shared.server;
  };
  const urlAs = (user: string, password: string, vhost = '') => {
    const url = new URL(rabbit().url);
    Object.assign(url, { username: user, password, pathname: vhost });
    return url.href;
  };

  it('that refuses the login: not called away, but mended in the URL; the start says so too', async ({
    openSite,
  }) => {
    const site = await openSite({ rabbitUrl: urlAs('poor', 'wrong') });
    const { end, line, mend } = await doctorOf(site, 'rabbitmq');
    expect([end, line]).toEqual([1, expect.stringMatching(/^✖ rabbitmq .*403 \(ACCESS-REFUSED\)/)]);
    expect(mend).toMatch(/^mend: it is there and refuses: mend user, password and vhost in RABBITMQ_URL/);
    const platform = site.up();
    await platform.says(/^! rabbitmq: .*ACCESS-REFUSED.*; mend: it is there and refuses/m);
    expect(platform.output()).not.toContain('wrong@');
    await platform.stop();
  });

  it('whose user has no rights: the line to type', async ({ openSite }) => {
    await rabbit().rabbitmqctl('set_permissions', '-p', '/', 'poor', '^$', '^$', '^$');
    const site = await openSite({ rabbitUrl: urlAs('poor', 'planted') });
    const { line, mend } = await doctorOf(site, 'rabbitmq rights');
    expect(line).toMatch(/^✖ rabbitmq rights .*ACCESS_REFUSED/);
    expect(mend).toContain('rabbitmqctl set_permissions -p VHOST USER ".*" ".*" ".*"');
    const platform = site.up();
    await platform.says(/^! rabbitmq rights: .*; mend: rabbitmqctl set_permissions/m);
    await platform.stop();
  });

  it('with an exchange of another type: which, and what to do', async ({ openSite }) => {
    await rabbit().rabbitmqctl('add_vhost', 'other');
    await rabbit().rabbitmqctl('set_permissions', '-p', 'other', 'guest', '.*', '.*', '.*');
    const url = urlAs('guest', 'guest', '/other');
    const model = await connectAmqp(url);
    const channel = await model.createChannel();
    await channel.assertExchange(exchanges.control.name, 'fanout', { durable: true });
    await model.close();
    const site = await openSite({ rabbitUrl: url });
    const { line, mend } = await doctorOf(site, 'rabbitmq exchanges');
    expect(line).toMatch(
      /^✖ .*TOPOLOGY_CONFLICT: exchange control_commands exists, but not as durable topic/,
    );
    expect(mend).toContain('give Swarmline a vhost of its own');
    const platform = site.up();
    await platform.says(/^! rabbitmq exchanges: TOPOLOGY_CONFLICT.*; mend: delete the exchange/m);
    await platform.stop();
  });
});

/** In front of a Redis, and says that it is of another version. */
async function olderRedis(url: string, version: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    near.pipe(far);
    far.on('data', (bytes) => near.write(aged(bytes, version)));
    for (const side of [near, far]) {
      side.on('error', () => undefined);
      side.on('close', () => [near, far].forEach((end) => void end.destroy()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `redis://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

// The answer keeps its length, which stands in front of it.
function aged(bytes: Buffer, version: string): Buffer {
  const text = bytes.toString('latin1');
  const made = text.replace(/redis_version:(\S+)/, (all, real: string) =>
    all.replace(real, version.padEnd(real.length, '0')),
  );
  return Buffer.from(made, 'latin1');
}

describe('Redis', () => {
  it('that is too old: refused at the start, with the version that is needed', async ({ openSite }) => {
    const redis = await ownServer('redis-server');
    const site = await openSite({ redisUrl: await olderRedis(redis.url, '6.0.') });
    expect(await doctorOf(site, 'redis version')).toMatchObject({
      end: 1,
      line: expect.stringMatching(/^✖ redis version +6\.0\./),
      mend: 'mend: upgrade Redis to 6.2 or later',
    });
    const { end, stderr } = await site.cli('up');
    expect([end, stderr]).toEqual([78, expect.stringContaining('mend: upgrade Redis to 6.2 or later')]);
  });

  it('without an append-only file: warned of, and no reason to fail', async ({ openSite }) => {
    const redis = await ownServer('redis-server');
    await redis.command('CONFIG', 'SET', 'appendonly', 'no');
    const site = await openSite({ redisUrl: redis.url });
    const { end, line, mend } = await doctorOf(site, 'redis durability');
    expect([end, line]).toEqual([0, expect.stringMatching(/^! redis durability +append-only file off/)]);
    expect(mend).toContain('config set appendonly yes');
  });

  it('that wants a password: not called away, but mended in the URL', async ({ openSite }) => {
    const redis = await ownServer('redis-server');
    await redis.command('CONFIG', 'SET', 'requirepass', 'planted');
    const site = await openSite({ redisUrl: redis.url });
    const { line, mend } = await doctorOf(site, 'redis');
    expect(line).toMatch(/^✖ redis .*NOAUTH/);
    expect(mend).toContain('mend user and password in REDIS_URL');
  });
});

describe('the machine', () => {
  it('with little room: told at the start, with the folder', async ({ openSite, skip }) => {
    const whyNot = SmallDisk.whyNot();
    if (whyNot) return skip(whyNot);
    const disk = await SmallDisk.mount(20);
    const site = await openSite();
    await symlink(disk.path, site.home);
    expect(await doctorOf(site, 'home')).toMatchObject({
      end: 1,
      mend: expect.stringContaining('make room'),
    });
    const platform = await site.up().ready();
    await platform.says(/^! home: .*, \d+ MB free; mend: make room/m);
    await platform.stop();
  });

  it('on which an inbox cannot be made: whose, and why', async ({ openSite }) => {
    const site = await openSite();
    const [agent] = site.agents;
    if (!agent) throw new TypeError('a site has agents');
    await rm(agent.inbox, { recursive: true });
    await writeFile(agent.inbox, 'in the way');
    const { end, line, mend } = await doctorOf(site, 'inboxes');
    expect([end, line]).toEqual([
      1,
      expect.stringMatching(/^✖ inboxes +1 of 2 cannot be written: Agent-1: \S+ is not a folder$/),
    ]);
    expect(mend).toContain('pipeline.agents');
  });

  it('on which the folder of the templates is not there: which, and what is done about it', async ({
    openSite,
  }) => {
    const site = await openSite();
    Object.assign(site.env, { SWARMLINE_GAS__TEMPLATES: '/nonexistent' });
    const { end, line, mend } = await doctorOf(site, 'templates');
    expect([end, line]).toEqual([
      1,
      expect.stringMatching(/^✖ templates +gas\.templates: \/nonexistent cannot be read/),
    ]);
    expect(mend).toContain('gas.templates');
  });

  it('on which a process of single roles has the port: no stranger, also where it does not answer', async ({
    openSite,
  }) => {
    const site = await openSite({ redisUrl: 'redis://127.0.0.1:1' });
    const platform = site.up('--only', 'api');
    await platform.says(/^! redis: /m);
    const found = await doctorOf(site, 'port');
    expect(found.line).toMatch(/^✔ port +\d+, of the platform that runs as process \d+$/);
    expect(platform.output()).not.toContain('! port');
    process.kill(platform.pid, 'SIGSTOP');
    expect(await doctorOf(site, 'port')).toMatchObject({
      line: expect.stringMatching(/^! port .*, which does not answer$/),
      mend: expect.stringContaining('swarmline down --force'),
    });
    process.kill(platform.pid, 'SIGCONT');
    await platform.stop();
  });

  it('on which somebody has the port of the probes', async ({ openSite }) => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void holder.close());
    const address = holder.address();
    const site = await openSite();
    site.env['SWARMLINE_HEALTH__PORT'] = String(typeof address === 'object' ? address?.port : 0);
    const { line, mend } = await doctorOf(site, 'probes port');
    expect(line).toMatch(/^✖ probes port .*EADDRINUSE/);
    expect(mend).toContain('health.port');
  });
});
