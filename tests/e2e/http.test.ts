// The HTTP face and the CLI of the built program: without any chat, and as docs/guides/http-api.md says.
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { createDiscordPeer } from '../peers/discord/index.ts';
import { Child } from '../support/child.ts';
import { countingProgram, startsOf } from '../support/programs.ts';
import { it, type Site, type SiteOptions } from '../support/site.ts';

const root = join(import.meta.dirname, '../..');
const guide = readFileSync(join(root, 'docs/guides/http-api.md'), 'utf8');
const blocks = (language: string) =>
  [...guide.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);

async function openWithService(openSite: (options?: SiteOptions) => Promise<Site>, options?: SiteOptions) {
  const site = await openSite(options);
  const service = site.named('slam');
  const file = join(site.dir, 'starts');
  await site.sidecar(service, countingProgram(file));
  return { site, service, starts: () => startsOf(file) };
}

describe('a command while chat is down', () => {
  it('is carried out to its end from the CLI', async ({ openSite }) => {
    const discord = await createDiscordPeer();
    const { site, service, starts } = await openWithService(openSite, { discord });
    const platform = site.up();
    await platform.says(/^✔ discord +up/m);
    await discord.close();
    await platform.says(/^. discord +(?!up)/m);
    const { end, stdout } = await site.cli('restart', service, '--yes', '--json');
    expect([end, JSON.parse(stdout).state, await starts()]).toEqual([0, 'ready', 2]);
  });
});

describe('docs/guides/http-api.md', () => {
  it('works as it stands, line by line', async ({ openSite }) => {
    const { site, service, starts } = await openWithService(openSite);
    await addToPolicy(site);
    await site.up().ready();
    const { end, stdout, stderr } = await runGuide(site, service);
    expect([end, stderr]).toEqual([0, expect.not.stringContaining('curl:')]);
    expect(stdout).toMatch(/"state":"ready"[\s\S]*"final":true|"final":true[\s\S]*"state":"ready"/);
    expect(stdout).toContain('http:ci opens nothing any more.');
    // Its first start, and the guide's three orders; the last of them is given twice, with one key.
    expect([
      await starts(),
      JSON.parse(await readFile(join(site.dir, 'openapi.json'), 'utf8')).openapi,
    ]).toEqual([4, '3.1.0']);
  });
});

/** What the guide puts into the policy, beside what the site has there. */
async function addToPolicy(site: Site): Promise<void> {
  const path = join(site.dir, 'policy.yaml');
  const policy = JSON.parse(await readFile(path, 'utf8'));
  const added = blocks('yaml').map((text) => parse(text).people);
  await writeFile(path, JSON.stringify({ ...policy, people: Object.assign(policy.people, ...added) }));
}

/** Every line of its blocks, in one shell. */
async function runGuide(site: Site, service: string) {
  const { program, args, env } = site.command([]);
  const cli = [program, ...args].map((word) => `'${word}'`).join(' ');
  const script = blocks('sh')
    .join('\n')
    .replaceAll('127.0.0.1:7700', `127.0.0.1:${site.port}`)
    .replaceAll(/\bslam\b/g, service);
  const text = `set -euo pipefail\ncd '${site.dir}'\nnpx() { shift; ${cli} "$@"; }\n${script}`;
  const shell = new Child({ program: 'bash', args: ['-c', text], env });
  onTestFinished(() => shell.kill());
  return { end: await shell.ended, stdout: shell.stdout, stderr: shell.stderr };
}
