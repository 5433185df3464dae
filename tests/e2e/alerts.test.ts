// Alerts of a real platform: with Discord away they still arrive, and what was meant for Discord arrives when it is back.
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { createDiscordPeer } from '../peers/discord/index.ts';
import { eventually, it } from '../support/site.ts';

/** A receiver of alerts on loopback. */
async function receiver(state = { away: false }) {
  const texts: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (!state.away) texts.push(JSON.parse(Buffer.concat(chunks).toString()).text);
      response.writeHead(state.away ? 503 : 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { texts, url: `http://127.0.0.1:${port}/hook` };
}

describe('an alert', () => {
  it('reaches webhook and file while Discord is away, and Discord when it is back', async ({ openSite }) => {
    const { texts, url } = await receiver();
    const away = await createDiscordPeer();
    await away.close();
    const site = await openSite({ discord: away, alertsUrl: url });
    await writeFile(join(site.dir, 'policy.yaml'), 'roles: [');
    site.up();
    await eventually(() => texts.length === 1);
    expect(texts[0]).toContain('Alert (critical): the policy cannot be used; everything is denied');
    const file = join(site.home, 'alerts', 'alerts.ndjson');
    await eventually(async () => (await readFile(file, 'utf8')).includes('"policy-broken"'));
    const back = await createDiscordPeer({ port: away.port });
    onTestFinished(() => back.close());
    const told = () => back.messages().filter(({ text }) => text.includes('policy-broken'));
    await eventually(() => told().length === 1);
    expect(texts).toHaveLength(1);
  });

  it('is raised while no process does the work, and is over when one does', async ({ openSite }) => {
    const site = await openSite();
    await site.up('--only', 'api', '--only', 'pipeline').ready();
    const alerts = async () => (await site.cli('run', 'alerts')).stdout;
    const raised = await eventually(alerts, {
      accept: (text) => text.includes('role-unfilled/'),
    });
    expect(raised).toContain('no process has the role workers: orders and gas stay queued');
    await site.up('--only', 'workers').ready();
    await eventually(alerts, { accept: (text) => text.includes('No alert fires') });
  });

  it('says on which ways it was told, and on which it could not be', async ({ openSite }) => {
    const { url } = await receiver({ away: true });
    const discord = await createDiscordPeer();
    onTestFinished(() => discord.close());
    const site = await openSite({ discord, alertsUrl: url });
    await site.up('--only', 'api', '--only', 'pipeline').ready();
    const alerts = async () => (await site.cli('run', 'alerts')).stdout;
    const chat = `chat discord:${discord.channelId}`;
    const of = (said: string) => (text: string) =>
      text.split('\n').some((line) => line.includes('role-unfilled/workers') && line.includes(said));
    // Nobody shows chat yet, and the receiver of the webhook is away.
    const missed = `; not by webhook ${new URL(url).host} (the alert webhook answered HTTP 503, tried again)`;
    await eventually(alerts, {
      accept: of(`told by file; queued for ${chat}, not shown there yet${missed}`),
    });
    expect((await site.cli('run', 'status')).stdout).toMatch(
      /alerts +role-unfilled.* not told on every way;/,
    );
    await site.up('--only', 'bots').ready();
    await eventually(alerts, { accept: of(`told by ${chat}, file${missed}`) });
    expect(discord.messages().some(({ text }) => text.includes('role-unfilled/workers'))).toBe(true);
  });

  it('can be asked for and silenced from the command line', async ({ openSite }) => {
    const site = await openSite();
    await site.up().ready();
    const asked = await site.cli('run', 'alerts');
    expect(asked.stdout).toContain('No alert fires');
    const silenced = await site.cli('run', 'silence link-lost/* 30', '--yes');
    expect(silenced.stdout).toMatch(/^silenced until .*\d\d:\d\d UTC\n$/);
    expect(silenced.end).toBe(0);
  });
});
