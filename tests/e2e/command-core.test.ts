// The command surface of a real platform: while chat is down, tried without effect, asked about later, and held back after
// a crash.
import { describe, expect } from 'vitest';
import { createDiscordPeer } from '../peers/discord/index.ts';
import { countingProgram, startsOf } from '../support/programs.ts';
import { it, type Site, type SiteOptions } from '../support/site.ts';
import { join } from 'node:path';

async function withService(openSite: (options?: SiteOptions) => Promise<Site>, options: SiteOptions = {}) {
  const site = await openSite(options);
  const service = site.named('slam');
  const file = join(site.dir, 'starts');
  await site.sidecar(service, countingProgram(file));
  return { site, service, starts: () => startsOf(file) };
}

/** How many orders this platform has put on the bus. */
async function ordersSent({ port }: Site): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const lines = text
    .split('\n')
    .filter((line) => /^swarmline_bus_messages_total\{.*control_commands/.test(line));
  return lines
    .filter((line) => line.includes('direction="sent"'))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

describe('the command surface', () => {
  it('restarts a service from the CLI though Discord is away', async ({ openSite }) => {
    const discord = await createDiscordPeer();
    const { site, service, starts } = await withService(openSite, { discord });
    await discord.close();
    const platform = site.up();
    await platform.says(/discord +down/);
    const { end, json } = await site.run(`restart ${service}`, '--yes');
    expect([end, json.state, await starts()]).toEqual([0, 'ready', 2]);
  });

  it('tries a restart without one message on the bus', async ({ openSite }) => {
    const { site, service, starts } = await withService(openSite);
    await site.up().ready();
    const { end, json } = await site.run(`restart ${service}`, '--dry-run');
    expect([end, json.answer.title, await ordersSent(site), await starts()]).toEqual([
      0,
      'Dry run of restart: nothing was done',
      0,
      1,
    ]);
    // The same figure counts what is done.
    await site.run(`restart ${service}`, '--yes');
    expect([await ordersSent(site), await starts()]).toEqual([1, 2]);
  });

  it('tells the result of an action after the platform was killed and came back', async ({ openSite }) => {
    const { site, service } = await withService(openSite);
    const first = await site.up().ready();
    const { json } = await site.run(`restart ${service}`, '--yes');
    await first.kill();
    await site.up().ready();
    const { end, stdout } = await site.cli('run', `result ${json.correlationId.slice(0, 7)}`);
    expect([end, stdout.split('\n')[0]]).toEqual([0, `restart ${service}: ready`]);
    expect(stdout).toMatch(/incarnation \w+ → \w+ in/);
    const unknown = await site.cli('run', 'result x000000');
    expect(unknown.stdout).toContain('Unknown: no action x000000 in the last 7 days');
  });

  it('still holds back after a crash who was held back before', async ({ openSite }) => {
    const { site, service } = await withService(openSite);
    const settings = ['--set', 'limits.personCooldownMs=600000'];
    const first = await site.up(...settings).ready();
    expect((await site.run(`restart ${service}`, '--yes')).end).toBe(0);
    await first.kill();
    await site.up(...settings).ready();
    const { end, json } = await site.run(`restart ${service}`, '--yes');
    expect([end, json.code]).toEqual([75, 'limited']);
    expect(json.text).toMatch(/`restart` may be used again for you in 5\d\d s\./);
  });
});
