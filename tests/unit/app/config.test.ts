// From files and environment to one configuration, as `swarmline up` loads it.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/app/index.ts';
import { demoLayer } from '../../../src/demo/index.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'swarmline-root-'));
  await cp(join(import.meta.dirname, '../../../config/default.yaml'), join(root, 'config/default.yaml'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const local = (text: string) => writeFile(join(root, 'config/local.yaml'), text);
const load = (env: NodeJS.ProcessEnv = {}, demo = false) => loadConfig(env, { root, demo, demoLayer });

describe('the configuration', () => {
  it('is the demo world where nothing is configured', async () => {
    const { demo, config } = await load();
    expect([demo, config.pipeline.agents.map(({ id }) => id)]).toEqual([
      true,
      ['Agent-1', 'Agent-2', 'Agent-3'],
    ]);
  });

  it('is the demo world where the local file says nothing', async () => {
    await local('# to do\n');
    expect((await load()).demo).toBe(true);
  });

  it('is the local file’s where there is one', async () => {
    await local('api: { port: 7800 }\n');
    const { demo, config } = await load();
    expect([demo, config.api.port, config.pipeline.agents]).toEqual([false, 7800, []]);
  });

  it('is not the demo world where a file that was named says nothing, as one that was cut off', async () => {
    const file = join(root, 'mine.yaml');
    await writeFile(file, '# nothing\n');
    await expect(load({ SWARMLINE_CONFIG: file })).rejects.toThrow(`${file} is empty`);
    expect((await load({ SWARMLINE_CONFIG: file }, true)).demo).toBe(true);
  });

  it('is the demo world when that is asked for by name, whatever the local file says', async () => {
    await local('api: { port: 7800 }\n');
    const { demo, config } = await load({}, true);
    expect([demo, config.api.port]).toEqual([true, 7700]);
  });

  it('puts the environment above the local file', async () => {
    await local('api: { port: 7800 }\nredis: { url: "redis://file" }\n');
    const { config } = await load({ SWARMLINE_API_PORT: '7900', REDIS_URL: '' });
    expect([config.api.port, config.redis.url]).toEqual([7900, 'redis://file']);
  });

  it('takes the example of config/default.yaml at its word', async () => {
    const { config } = await load({ SWARMLINE_PIPELINE__ACK_TIMEOUT_MS: '60000' });
    expect(config.pipeline.ackTimeoutMs).toBe(60_000);
  });

  it('keeps the id of a Discord server as the text that it is', async () => {
    const { config } = await load({ DISCORD_TOKEN: 't', DISCORD_GUILD_ID: '80351110224678912' });
    expect(config.discord.guildId).toBe('80351110224678912');
  });

  it('can be named by SWARMLINE_CONFIG', async () => {
    await writeFile(join(root, 'mine.yaml'), 'api: { port: 7801 }\n');
    const { config, localFile } = await load({ SWARMLINE_CONFIG: join(root, 'mine.yaml') });
    expect([config.api.port, localFile]).toEqual([7801, join(root, 'mine.yaml')]);
  });

  it('is refused where SWARMLINE_CONFIG names nothing', async () => {
    await expect(load({ SWARMLINE_CONFIG: join(root, 'none.yaml') })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });

  it('is refused with every problem and its file', async () => {
    await local('api: { prot: 1 }\nbridge: { profile: amqp }\nredis: { url: "http://x" }\n');
    await expect(load({ SWARMLINE_LOG__LEVEL: 'loud' })).rejects.toThrow(
      new RegExp(
        [
          'has 4 problems',
          'redis\\.url: expected a URL such as redis://127\\.0\\.0\\.1:6379, got .*local\\.yaml:3',
          'api\\.prot: there is no such key .*local\\.yaml:1\\); did you mean port',
          'bridge\\.profile: .*local\\.yaml:2',
          'log\\.level: .*from SWARMLINE_LOG__LEVEL',
        ].join('[\\s\\S]*'),
      ),
    );
  });

  it.each([
    ['alerts: { file: maybe }', 'alerts.file: expected true or false, got "maybe"'],
    ['gas: { adaptive: 1 }', 'gas.adaptive: expected true or false, got 1'],
    ['reports: { console: [] }', 'reports.console: expected true or false, got a list'],
    ['gas: { maxBytes: 1e99 }', 'gas.maxBytes: expected at most 262144, got 1e+99'],
    ['alerts: { errorsPerMinute: true }', 'alerts.errorsPerMinute: expected a number, got true'],
    ['alerts: { escalateAfterMs: [5000] }', 'alerts.escalateAfterMs: expected a number, got a list'],
    ['limits: { burst: false }', 'limits.burst: expected a number, got false'],
    ['health: { port: [7701] }', 'health.port: expected a number, got a list'],
  ])('says of %s what is expected there, once', async (text, said) => {
    await local(text);
    await expect(load()).rejects.toThrow(
      `has 1 problem:\n  ${said} (from ${join(root, 'config/local.yaml')}:1)`,
    );
  });

  it('has numbers without quotes in a file, as its schema says, and as text in the environment', async () => {
    await local('api: { port: "7800" }');
    await expect(load()).rejects.toThrow(/api\.port: expected a number, got "7800" .*; take the quotes away/);
    await local('api: { port: 7800 }');
    const { config } = await load({ SWARMLINE_FLOW__CAPACITY: '500', SWARMLINE_ALERTS__FILE: 'off' });
    expect([config.flow.capacity, config.alerts.file]).toEqual([500, false]);
  });

  it('has Twitch off without a token, and asks for the rest with one', async () => {
    expect((await load()).config.twitch).toBeUndefined();
    await expect(load({ TWITCH_TOKEN: 'oauth:x' })).rejects.toThrow(/twitch\.username/);
  });

  it('gives absolute paths, whatever folder it is read from', async () => {
    const { config } = await load({ SWARMLINE_HOME: join(root, 'home') });
    expect([config.home, config.policy.file]).toEqual([join(root, 'home'), join(root, 'config/policy.yaml')]);
  });
});
