// The record over a whole platform: every action of a run from the wish to its end, nothing done without it, and the CLI
// that tells whether it is whole.
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { z } from 'zod';
import { type AuditLine, auditLineSchema } from '../../src/access/index.ts';
import { stranger } from '../peers/discord/index.ts';
import { forge, storedLines } from '../support/audit.ts';
import { eventually, it, type Site } from '../support/site.ts';
import { openScene, restartFromDiscord } from './scene.ts';

/** `swarmline audit export`, each line held to the schema. */
async function exported(site: Site): Promise<AuditLine[]> {
  const { end, stdout, stderr } = await site.cli('audit', 'export');
  expect({ code: end, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((text) => auditLineSchema.strict().parse(JSON.parse(text)));
}

const anchorOf = (site: Site) => join(site.home, `audit-anchor-${site.prefix.slice(1, -1)}.json`);
const wordsOf = (lines: readonly AuditLine[]) => lines.map(({ event, verdict }) => `${event} ${verdict}`);

describe('the record of a run', () => {
  it('has each action from the wish to its end under one correlation id, and each refusal', async ({
    openSite,
  }) => {
    const scene = await openScene(openSite);
    const { site, discord, service } = scene;
    await site.up().ready();
    await restartFromDiscord(scene);
    const refused = await discord.slash({ command: 'restart', options: { service }, user: stranger });
    await refused.message();
    const { json } = await site.run('silence link-lost/* 5', '--yes');
    expect(json).not.toBeNull();
    const lines = await eventually(() => exported(site), {
      accept: (all) => all.filter(({ event }) => event === 'ended').length === 2,
    });
    const ids = [...new Set(lines.map(({ correlationId }) => correlationId))];
    const flows = ids.map((id) => lines.filter(({ correlationId }) => correlationId === id));
    expect(flows.map(wordsOf)).toEqual([
      ['asked allowed', 'decided approved', 'executing allowed', 'ended ready'],
      ['refused denied'],
      ['asked allowed', 'decided approved', 'executing allowed', 'ended done'],
    ]);
    const [restart = [], denied = [], silenced = []] = flows;
    for (const line of restart) {
      expect(line).toMatchObject({
        person: 'ann',
        principal: 'discord:910000000000000001',
        place: { surface: 'discord' },
        command: 'restart',
        args: { service },
        approvers: [],
        policyVersion: expect.stringMatching(/^[0-9a-f]{12}$/),
      });
    }
    expect(restart.at(-1)?.detail).toMatch(/incarnation \w+ → \w+/);
    expect(denied[0]).toMatchObject({ person: `discord:${stranger.id}`, args: { service } });
    expect(silenced[0]).toMatchObject({ person: 'owner', principal: 'cli:local', command: 'silence' });
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, i) => i + 1));
  });

  it('has what an operator does beside the commands', async ({ openSite }) => {
    const { site } = await openScene(openSite);
    await site.up().ready();
    await site.cli('service', 'reset', 'workers');
    expect(await exported(site)).toMatchObject([
      { event: 'changed', person: 'owner', principal: 'cli:local', command: 'service reset' },
    ]);
  });
});

describe('swarmline audit', () => {
  it('verifies a record without a running platform, and names the line that was changed', async ({
    openSite,
    redis,
  }) => {
    const scene = await openScene(openSite);
    const { site } = scene;
    const platform = site.up();
    await platform.ready();
    await restartFromDiscord(scene);
    await eventually(() => exported(site), { accept: (all) => all.at(-1)?.event === 'ended' });
    await platform.stop();
    const whole = await site.cli('audit', 'verify', '--json');
    expect(whole.end).toBe(0);
    expect(JSON.parse(whole.stdout)).toMatchObject({ ok: true, lines: 4, broken: null });
    await forge(redis, site.prefix, (lines) =>
      lines.map(([id, text]) => [id, id === '2-0' ? text.replace('approved', 'declined') : text]),
    );
    const broken = await site.cli('audit', 'verify');
    expect(broken.end).toBe(1);
    expect(broken.stderr).toMatch(/line 2: its hash does not follow/);
    expect(broken.stderr).toContain('AUDIT_BROKEN');
  });

  it('finds lines by the words of the command', async ({ openSite }) => {
    const { site } = await openScene(openSite);
    await site.up().ready();
    await site.run('restart nowhere', '--yes');
    const { stdout } = await site.cli('audit', 'query', 'person=owner', 'event=asked', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ command: 'restart', args: { service: 'nowhere' } });
    const none = await site.cli('audit', 'query', 'person=nobody');
    expect(none).toMatchObject({ stdout: '', end: 0 });
    const wrong = await site.cli('audit', 'query', 'colour=red');
    expect(wrong.end).toBe(2);
    const { json } = await site.run('audit nowhere');
    expect(json.answer.title).toMatch(/\d+ lines? of the record/);
  });

  it('knows by the anchor of the platform that the end was cut off', async ({ openSite, redis }) => {
    const { site } = await openScene(openSite);
    await site.up().ready();
    await site.run('restart nowhere', '--yes');
    const anchorFile = anchorOf(site);
    const anchored = await eventually(async () => JSON.parse(await readFile(anchorFile, 'utf8')).seq >= 3);
    expect(anchored).toBe(true);
    // The end is cut off, and the tail set as if there never had been more.
    const [, text = ''] = (await storedLines(redis, site.prefix))[0] ?? [];
    await forge(redis, site.prefix, (all) => all.slice(0, 1));
    await redis.set(`${site.prefix}:audit:tail`, `1 ${auditLineSchema.parse(JSON.parse(text)).hash}`);
    const { end, stderr } = await site.cli('audit', 'verify');
    expect(end).toBe(1);
    expect(stderr).toMatch(/line 2: it is missing, and all behind it/);
    expect(await eventually(() => checkOf(site), { accept: ({ well }) => !well })).toMatchObject({
      detail: expect.stringMatching(/gone or another/),
    });
    await rm(anchorFile);
    expect(await eventually(() => checkOf(site), { accept: ({ well }) => well })).toMatchObject({
      detail: '',
    });
  });
});

describe('an anchor of before, which names no record', () => {
  it('is that of the own record: at the start, and for `audit verify`', async ({ openSite, redis }) => {
    const { site } = await openScene(openSite);
    const old = join(site.home, 'audit-anchor.json');
    const first = await site.up().ready();
    await site.run('restart nowhere', '--yes');
    await eventually(async () => JSON.parse(await readFile(anchorOf(site), 'utf8')).seq >= 3);
    await first.stop();
    await rename(anchorOf(site), old);
    const { end, stdout } = await site.cli('audit', 'verify');
    expect([end, existsSync(old)]).toEqual([0, false]);
    expect(stdout).toMatch(/is as it was anchored/);
    await rename(anchorOf(site), old);
    await forge(redis, site.prefix, (all) => all.slice(0, 1));
    await site.up().ready();
    expect(await eventually(() => checkOf(site), { accept: ({ well }) => !well })).toMatchObject({
      detail: expect.stringMatching(/gone or another/),
    });
  });
});

describe('while the record takes no lines', () => {
  it('a restart is refused, status is answered, and the probes say why', async ({ openSite, redis }) => {
    const scene = await openScene(openSite);
    const { site, discord, service } = scene;
    await site.up().ready();
    await redis.set(`${site.prefix}:audit:lines`, 'not a stream');
    const use = await discord.slash({ command: 'restart', options: { service } });
    expect(await use.message()).toMatchObject({
      text: expect.stringContaining('The audit record cannot be written, so nothing was done.'),
      buttons: [],
    });
    expect((await (await discord.slash({ command: 'status' })).message()).text).toMatch(/redis/);
    expect(await eventually(() => checkOf(site), { accept: ({ well }) => !well })).toMatchObject({
      detail: expect.stringMatching(/cannot be written: .*WRONGTYPE/),
    });
    await redis.del(`${site.prefix}:audit:lines`);
    await restartFromDiscord(scene);
  });
});

const checkSchema = z.object({ well: z.boolean(), detail: z.string() });

async function checkOf(site: Site): Promise<z.infer<typeof checkSchema>> {
  return checkSchema.parse(await (await fetch(`http://127.0.0.1:${site.port}/readyz/audit`)).json());
}
