// A running platform takes new configuration: a rotated token reconnects its adapter, a bad file changes nothing, and
// the rest is told. The process stays the same.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
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
  await eventually(async () => (await order()) === denied, { timeoutMs: 20_000 });
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
  const long = { timeoutMs: 20_000 };
  await eventually(alerts, { accept: (text) => text.includes('chain-broken'), ...long });
  expect(await readyz()).toContain("the chain's file cannot be used since");
  await writeFile(join(site.dir, 'later.md'), 'Go on.');
  await eventually(readyz, { accept: (text) => !text.includes("the chain's file"), ...long });
  await eventually(alerts, { accept: (text) => !text.includes('chain-broken'), ...long });
  expect(platform.output().match(/chain: refused/g)).toHaveLength(1);
  await platform.stop();
});
