// A scanner for secrets: plants distinctive ones in every place that takes one, lets the platform work and meet faults at
// its most talkative, and then searches all that it printed, wrote, stored, served and sent.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { createDiscordPeer } from '../peers/discord/index.ts';
import { createTwitchPeer } from '../peers/twitch/index.ts';
import { openCollector } from '../support/collector.ts';
import { leaksIn, type Place, withoutOneShowing } from '../support/leaks.ts';
import { ownServer } from '../support/own-server.ts';
import { countingProgram, startsOf } from '../support/programs.ts';
import { textOfRedis } from '../support/redis-text.ts';
import { eventually, it, type Site } from '../support/site.ts';
import { handOver, heardOnTwitch, mallory, restartFromDiscord, type Scene, sayOnTwitch } from './scene.ts';

/** Short names, long values that occur nowhere by chance; no two share a part. */
const secrets = {
  discordToken: 'MTplantedDISCORD.tok3n.q7Zx9pLw2vRb8nKc',
  wrongDiscordToken: 'MTwrongDISCORD.tok3n.h4Jt6mYd1sGe5uPa',
  twitchToken: 'oauth:plantedtwitch8f3k2j5h7g9d1s6a4',
  apiToken: 'plantedAPItoken-c2VjcmV0LWZvci1odHRw',
  wrongApiToken: 'wrongAPItoken-bm90LXRoZS1zZWNyZXQ',
  redisPassword: 'plantedREDISpw4u8Tq1Zs',
  wrongRedisPassword: 'wrongREDISpw6b2Nf9Xe',
  rabbitPassword: 'plantedRABBITpw7m3Vd5Ky',
  wrongRabbitPassword: 'wrongRABBITpw1c8Hj4Wo',
  otlpHeader: 'plantedOTLPheader9r5Lg2Ui',
  webhookPath: 'plantedWEBHOOKpath5y0Qs7Rk',
  wrongApiKey: `swl_planted_${'wrongKEY9'.repeat(4)}7h2Lq4x`,
  wrongLinkCode: 'PLANT-EDWRN',
} as const;

/** Secrets that the platform itself draws, each of which it shows once. */
interface Drawn {
  readonly apiKey: string;
  /** Shown by the CLI, entered on Twitch. */
  readonly codeOfCli: string;
  /** Shown on Discord, entered over HTTP. */
  readonly codeOfDiscord: string;
  /** Shown over HTTP, and still good when everything is searched. */
  readonly codeOfHttp: string;
}

/** All files under a folder by name, but the one that must hold its secret. */
async function filesUnder(folder: string): Promise<Place[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile() && entry.name !== 'api-token')
    .map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(names.map(async (name) => ({ name, text: await readFile(name, 'utf8') })));
}

/** Runs with other variables for the processes that are begun meanwhile. */
async function amid<T>(site: Site, env: NodeJS.ProcessEnv, work: () => Promise<T>): Promise<T> {
  const before = { ...site.env };
  Object.assign(site.env, env);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(env)) delete site.env[name];
    Object.assign(site.env, before);
  }
}

/** A Redis and a RabbitMQ with passwords. */
async function guardedServers() {
  const [redis, rabbit] = await Promise.all([ownServer('redis-server'), ownServer('rabbitmq-server')]);
  await redis.command('CONFIG', 'SET', 'requirepass', secrets.redisPassword);
  await rabbit.rabbitmqctl('add_user', 'planted', secrets.rabbitPassword);
  await rabbit.rabbitmqctl('set_permissions', 'planted', '.*', '.*', '.*');
  return {
    /** Everything that was ever written, also what is gone by now. */
    written: async () => (await filesUnder(redis.dir)).map(({ text }) => text).join('\n'),
    redisUrl: (password: string) => redis.url.replace('://', `://:${password}@`),
    rabbitUrl: (password: string) => rabbit.url.replace('://', `://planted:${password}@`),
  };
}

async function openGuardedScene(openSite: (options: object) => Promise<Site>) {
  const servers = await guardedServers();
  const discord = await createDiscordPeer({ token: secrets.discordToken });
  onTestFinished(() => discord.close());
  const twitch = await createTwitchPeer();
  onTestFinished(() => twitch.close());
  const site = await openSite({
    ...{ discord, twitch },
    redisUrl: servers.redisUrl(secrets.redisPassword),
    rabbitUrl: servers.rabbitUrl(secrets.rabbitPassword),
  });
  const collector = await openCollector();
  Object.assign(site.env, {
    TWITCH_TOKEN: secrets.twitchToken,
    SWARMLINE_LOG__LEVEL: 'debug',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${secrets.otlpHeader}`,
    OTEL_BSP_SCHEDULE_DELAY: '100',
    // Nobody listens there: what cannot be told is told of.
    ALERTS_WEBHOOK_URL: `http://127.0.0.1:9/hooks/${secrets.webhookPath}`,
    SWARMLINE_ALERTS__GROUP_MS: '100',
  });
  await mkdir(site.home, { recursive: true });
  await writeFile(join(site.home, 'api-token'), `${secrets.apiToken}\n`, { mode: 0o600 });
  const service = site.named('slam');
  const file = join(site.dir, 'starts');
  await site.sidecar(service, countingProgram(file));
  const scene: Scene = { site, discord, twitch, service, starts: () => startsOf(file) };
  return { scene, servers, collector };
}

type GuardedScene = Awaited<ReturnType<typeof openGuardedScene>>;

/** What goes well. */
async function work({ scene }: GuardedScene): Promise<void> {
  await restartFromDiscord(scene);
  await handOver(scene);
  await sayOnTwitch(scene, mallory, '!status');
  await heardOnTwitch(scene, /Swarmline is/);
  for (const line of [
    ['status', '--json'],
    ['doctor', '--json'],
    ['ps', '--json'],
    ['logs'],
    ['config', 'explain'],
  ])
    await scene.site.cli(...line);
}

const code = /[A-Z0-9]{5}-[A-Z0-9]{5}/;

/** Draws what the platform draws, and uses it in every way that it has. */
async function draw({ scene }: GuardedScene): Promise<Drawn> {
  const { site, discord } = scene;
  const apiKey = (await site.cli('api-key', 'add', 'planted')).stdout.trim();
  const [codeOfCli = ''] = code.exec((await site.cli('run', 'link')).stdout) ?? [];
  await sayOnTwitch(scene, mallory, `!link ${secrets.wrongLinkCode}`);
  await heardOnTwitch(scene, /No such code/);
  await sayOnTwitch(scene, mallory, `!link ${codeOfCli.replace('-', '').toLowerCase()}`);
  await heardOnTwitch(scene, /is owner from now on/);

  const shown = await (await discord.slash({ command: 'link' })).message();
  expect(shown.ephemeral).toBe(true);
  const [codeOfDiscord = ''] = code.exec(shown.text) ?? [];
  const enter = async (key: string) =>
    post(scene, '/v1/commands/link', { key, body: { args: { code: codeOfDiscord } } });
  expect((await enter(secrets.wrongApiKey)).status).toBe(401);
  expect(await enter(apiKey)).toMatchObject({
    status: 200,
    text: expect.stringContaining('is ann from now on'),
  });
  const { text } = await post(scene, '/v1/run', { key: apiKey, body: { line: 'link' } });
  const [codeOfHttp = ''] = code.exec(text) ?? [];
  const drawn = { apiKey, codeOfCli, codeOfDiscord, codeOfHttp };
  expect(Object.values(drawn).filter((one) => one === '')).toEqual([]);
  return drawn;
}

/** As a program would, under a key of idempotency, which has its reply kept where it may be. */
async function post(
  { site }: Scene,
  path: string,
  { key, body }: { readonly key: string; readonly body: object },
): Promise<{ readonly status: number; readonly text: string }> {
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'idempotency-key': path,
  };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  const response = await fetch(`http://127.0.0.1:${site.port}${path}`, init);
  return { status: response.status, text: await response.text() };
}

/** Waits for a fault that only the log of a role tells. */
function isLogged({ home }: Site, role: string, text: RegExp): Promise<string> {
  const file = join(home, `logs/${role}.ndjson`);
  return eventually(() => readFile(file, 'utf8'), { accept: (log) => text.test(log) });
}

/** What goes wrong, each in a process of its own beside the one that works. */
async function fail({ scene: { site }, servers }: GuardedScene): Promise<void> {
  const url = `http://127.0.0.1:${site.port}/v1/run`;
  const headers = { authorization: `Bearer ${secrets.wrongApiToken}` };
  expect((await fetch(url, { method: 'POST', headers })).status).toBe(401);
  const runs: [NodeJS.ProcessEnv, string, RegExp][] = [
    [{ DISCORD_TOKEN: secrets.wrongDiscordToken }, 'bots', /discord +down/],
    [
      { REDIS_URL: servers.redisUrl(secrets.wrongRedisPassword) },
      'pipeline',
      /redis +(down|connecting): \S+ (does|refuses)/,
    ],
    [{ RABBITMQ_URL: servers.rabbitUrl(secrets.wrongRabbitPassword) }, 'workers', /ready in/],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: `http://u:${secrets.otlpHeader}@127.0.0.1:9` }, 'pipeline', /ready in/],
    [{ SWARMLINE_POLICY__FILE: join(site.dir, 'nosuch.yaml') }, 'pipeline', /policy cannot be used/],
  ];
  for (const [env, role, said] of runs) {
    await amid(site, env, async () => {
      const process = site.up('--only', role);
      await process.says(said);
      if (role === 'workers') await isLogged(site, role, /ACCESS_REFUSED/);
      if ('SWARMLINE_POLICY__FILE' in env) await isLogged(site, role, /"channel":"webhook"/);
      process.signal('SIGTERM');
      await process.ended;
    });
  }
}

/** Configurations that are refused; what was wrong is quoted, and must not be the secret. */
async function misconfigure({ scene: { site } }: GuardedScene): Promise<void> {
  const variables = [
    { REDIS_URL: `redis//:${secrets.redisPassword}@127.0.0.1:6379` },
    { REDIS_URL: `http://:${secrets.redisPassword}@127.0.0.1:6379` },
    { REDIS_URL: `redis://:${secrets.redisPassword}@127.0.0.1:port` },
    { RABBITMQ_URL: `amqp//planted:${secrets.rabbitPassword}@127.0.0.1` },
    { OTEL_EXPORTER_OTLP_ENDPOINT: `ftp://u:${secrets.otlpHeader}@127.0.0.1` },
    { ALERTS_WEBHOOK_URL: `ftp://127.0.0.1/hooks/${secrets.webhookPath}` },
    { ALERTS_WEBHOOK_URL: `https://127.0.0.1:port/hooks/${secrets.webhookPath}` },
  ];
  for (const env of variables) {
    const end = await amid(site, env, async () => {
      const process = site.start('up', '--only', 'pipeline');
      return Promise.race([process.ended, process.says(/ready in/).catch(() => 'neither ended nor ready')]);
    });
    expect([env, end]).toEqual([env, 78]);
    await amid(site, env, () => site.cli('config', 'explain'));
  }
  const file = `${site.dir}-broken.yaml`;
  const documents = [
    { discord: { token: [secrets.discordToken] } },
    { discord: { token: secrets.discordToken, tokn: secrets.discordToken } },
    { twitch: { token: secrets.twitchToken, username: '', channels: 5 } },
    { redis: { url: { password: secrets.redisPassword } } },
    { redis: { uri: `redis://:${secrets.redisPassword}@127.0.0.1` } },
  ];
  for (const document of documents) {
    await writeFile(file, JSON.stringify(document));
    const { end } = await site.cli('config', 'check', file);
    expect([document, end]).toEqual([document, 78]);
  }
  await writeFile(file, `discord:\n  token: ${secrets.discordToken}\n bad indent: "${secrets.twitchToken}\n`);
  expect((await site.cli('config', 'check', file)).end).toBe(78);
}

describe('a secret', () => {
  it('is nowhere in what the platform prints, writes, stores, serves and sends', async ({ openSite }) => {
    const guarded = await openGuardedScene(openSite);
    const { scene, servers, collector } = guarded;
    const { site, discord, twitch } = scene;
    const platform = await site.up().ready();
    await work(guarded);
    const drawn = await draw(guarded);
    await fail(guarded);
    await misconfigure(guarded);
    const served = await Promise.all(
      ['/metrics', '/readyz', '/startupz', '/livez'].map(async (path) =>
        (await fetch(`http://127.0.0.1:${site.port}${path}`)).text(),
      ),
    );
    const stored = await textOfRedis(servers.redisUrl(secrets.redisPassword));
    const recorded = (await site.cli('audit', 'export')).stdout;
    await platform.stop();

    const places = [
      ...(await filesUnder(site.dir)),
      {
        name: 'stdout and stderr',
        text: withoutOneShowing(site.printed(), [drawn.apiKey, drawn.codeOfCli]),
      },
      { name: 'Redis', text: stored },
      { name: 'what was written to Redis', text: await servers.written() },
      { name: 'the audit record', text: recorded },
      { name: 'HTTP', text: served.join('\n') },
      {
        name: 'Discord',
        text: withoutOneShowing(
          discord.exchanges.map(({ path, requestBody }) => JSON.stringify([path, requestBody])).join('\n'),
          [drawn.codeOfDiscord],
        ),
      },
      { name: 'Twitch', text: twitch.sent('swarm').join('\n') },
      { name: 'traces', text: collector.bodies.join('\n') },
    ];
    // What was searched was there to be searched.
    expect(places.filter(({ text }) => text.length < 2).map(({ name }) => name)).toEqual([]);
    expect(places.some(({ name }) => name.endsWith('swarmline.ndjson'))).toBe(true);
    expect(recorded).toContain('"code":"[secret]"');
    expect(leaksIn(places, { ...secrets, ...drawn })).toEqual([]);
  });
});
