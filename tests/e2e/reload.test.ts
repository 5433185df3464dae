// A running platform takes new configuration: a rotated token reconnects its adapter, a bad file changes nothing, and
// the rest is told. The process stays the same.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { auditLineSchema } from '../../src/access/index.ts';
import { createDiscordPeer } from '../peers/discord/index.ts';
import { eventually, it, type Site } from '../support/site.ts';

const edit = async (site: Site, change: (config: Record<string, unknown>) => object) => {
  const path = join(site.dir, 'config.yaml');
  await writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, 'utf8')))));
};

it('reconnects Discord with a rotated token file, in the same process', async ({ openSite }) => {
  const discord = await createDiscordPeer();
  onTestFinished(() => discord.close());
  const site = await openSite({ discord });
  const tokenFile = join(site.dir, 'discord-token');
  await writeFile(tokenFile, 'expired\n');
  Object.assign(site.env, { DISCORD_TOKEN: undefined, DISCORD_TOKEN_FILE: tokenFile });
  const platform = site.up();
  await platform.says(/✖ discord +down: .*token/);
  expect(discord.gateway.connected).toBe(0);

  await writeFile(tokenFile, `${discord.token}\n`);
  await platform.says(/configuration: discord\.token: component restarted: discord/);
  await eventually(() => discord.gateway.connected === 1);
  await platform.ready();
  expect(platform.output()).not.toContain(discord.token);
  await platform.stop();
});

it('tells what changed, from what to what, in the record, the console and the chat of the alerts', async ({
  openSite,
}) => {
  const discord = await createDiscordPeer();
  onTestFinished(() => discord.close());
  const site = await openSite({ discord });
  const platform = await site.up().ready();
  const told = (text: RegExp) =>
    discord.until(() => discord.messages().find((message) => text.test(message.text)));

  await edit(site, (config) => ({ ...config, log: { level: 'debug' } }));
  await platform.says(/configuration: log\.level: live \("info" → "debug"\)/);
  await told(/log\.level: live .*info.*debug/);

  const policyFile = join(site.dir, 'policy.yaml');
  const policy = JSON.parse(await readFile(policyFile, 'utf8'));
  await writeFile(policyFile, JSON.stringify({ ...policy, everyone: 'operator' }));
  await told(/policy\.everyone: live .*viewer.*operator/);

  const chainFile = join(site.dir, 'chain.yaml');
  const chain = JSON.parse(await readFile(chainFile, 'utf8'));
  const schedule = { name: 'morning', cron: '0 9 * * *', to: 'Agent-1', text: 'Good morning.' };
  await writeFile(chainFile, JSON.stringify({ ...chain, schedules: [schedule] }));
  await platform.says(/configuration: chain\.schedules\.morning: live \(\(unset\) → .*"cron":"0 9 /);
  await told(/chain\.schedules\.morning: live .*"cron":"0 9 /);

  const { stdout } = await site.cli('audit', 'export');
  const lines = stdout
    .split('\n')
    .flatMap((text) => (text === '' ? [] : [auditLineSchema.parse(JSON.parse(text))]));
  const changes = lines.filter(({ command }) => command === 'config.reload');
  expect(changes).toMatchObject([
    { principal: 'system:reload', args: { setting: 'log.level', from: '"info"', to: '"debug"' } },
    { principal: 'system:reload', args: { setting: 'policy.everyone', from: '"viewer"', to: '"operator"' } },
    { principal: 'system:reload', args: { setting: 'chain.schedules.morning', from: '(unset)' } },
  ]);
  await platform.stop();
});

it('keeps the last good configuration when a file breaks, and names the line', async ({ openSite }) => {
  const site = await openSite();
  const platform = await site.up().ready();
  const good = await readFile(join(site.dir, 'config.yaml'), 'utf8');
  await writeFile(join(site.dir, 'config.yaml'), 'log:\n  level: [debug');
  await platform.says(/configuration: refused, the last good one stays: .*config\.yaml:2:\d+/);
  await writeFile(join(site.dir, 'config.yaml'), good);
  await edit(site, (config) => ({ ...config, log: { level: 'debug' }, api: { port: 1 } }));
  await platform.says(/configuration: log\.level: live/);
  expect(platform.output()).not.toContain('api.port');
  await platform.stop();
});

it('takes a new policy at once, and refuses a broken one', async ({ openSite }) => {
  const site = await openSite();
  await site.sidecar(site.named('slam'), ['cat']);
  const platform = await site.up().ready();
  const path = join(site.dir, 'policy.yaml');
  const policy = JSON.parse(await readFile(path, 'utf8'));
  const denied = 77;
  const order = async () => (await site.run(`restart ${site.named('slam')}`, '--yes')).end;
  expect(await order()).not.toBe(denied);

  await writeFile(path, 'roles: [');
  await platform.says(/policy: refused, the last good one stays/);
  expect(await order()).not.toBe(denied);

  await writeFile(path, JSON.stringify({ ...policy, people: {} }));
  await eventually(async () => (await order()) === denied);
  await platform.stop();
});

it('says of a broken chain in `alerts` and /readyz, until the file of the mission it names is there', async ({
  openSite,
}) => {
  const site = await openSite();
  const platform = await site.up().ready();
  const [first] = site.agents;
  const chain = { chain: [first?.id], end: 'next-mission', missions: [{ file: 'later.md' }] };
  await writeFile(join(site.dir, 'chain.yaml'), JSON.stringify(chain));
  await platform.says(/chain: refused, the last good one stays: .*later\.md cannot be read/);
  const alerts = async () => (await site.cli('run', 'alerts')).stdout;
  const readyz = async () => (await fetch(`http://127.0.0.1:${site.port}/readyz`)).text();
  await eventually(alerts, { accept: (text) => text.includes('chain-broken') });
  expect(await readyz()).toContain("the chain's file cannot be used since");
  await writeFile(join(site.dir, 'later.md'), 'Go on.');
  await eventually(readyz, { accept: (text) => !text.includes("the chain's file") });
  await eventually(alerts, { accept: (text) => text.includes('No alert fires') });
  expect(platform.output().match(/chain: refused/g)).toHaveLength(1);
  await platform.stop();
});
