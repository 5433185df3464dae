// Agents without files on the built platform: MCP by the SDK's own client, over HTTP and over stdio, and the CLI.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { keyOf, overHttp, overStdio, use, withoutFiles } from '../support/agent-doors.ts';
import { Child } from '../support/child.ts';
import { it, type Site, type SiteOptions } from '../support/site.ts';

async function openDoors(openSite: (options?: SiteOptions) => Promise<Site>) {
  const site = await openSite();
  await withoutFiles(site);
  const [one, two] = [await keyOf(site, 'Agent-1'), await keyOf(site, 'Agent-2')];
  return { site, one, two };
}

const stateOfFirst = async (site: Site) => (await site.run('gas')).json.answer.data.deliveries[0]?.state;

describe('an agent that speaks MCP', () => {
  it('is told what it can do', async ({ openSite }) => {
    const { site, one } = await openDoors(openSite);
    await site.up().ready();
    const client = await overHttp(site, one, 'Agent-1');
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'report_progress',
      'get_gas',
      'acknowledge',
      'ask_human',
      'get_answer',
      'search_brain',
    ]);
    expect(client.getInstructions()).toContain('get_gas');
  });

  it('hands over over HTTP to one that fetches and acknowledges over stdio', async ({ openSite }) => {
    const { site, one, two } = await openDoors(openSite);
    await site.up().ready();
    const [sender, receiver] = [await overHttp(site, one, 'Agent-1'), await overStdio(site, two, 'Agent-2')];
    const waiting = use(receiver, 'get_gas', { wait: 30 });
    expect(await use(sender, 'report_progress', { mission: 'map', percent: 80, seq: 1 })).toMatchObject({
      accepted: true,
      crossed: [75],
    });
    const { gas } = await waiting;
    expect(gas).toMatchObject([{ from: 'Agent-1', to: 'Agent-2', checkpoint: 75, handedAt: null }]);
    expect(await use(receiver, 'acknowledge', { id: gas[0].id, state: 'working' })).toMatchObject({
      state: 'working',
    });
    expect([await use(receiver, 'get_gas'), await stateOfFirst(site)]).toEqual([{ gas: [] }, 'working']);
  });

  it('goes on over a restart of the platform, and is told while there is none', async ({ openSite }) => {
    const { site, one } = await openDoors(openSite);
    const first = await site.up().ready();
    const client = await overStdio(site, one, 'Agent-1');
    await use(client, 'report_progress', { mission: 'map', percent: 10, seq: 1 });
    await first.stop();
    await expect(use(client, 'report_progress', { percent: 20, seq: 2 })).rejects.toThrow(
      /no Swarmline answers/,
    );
    await site.up().ready();
    expect(await use(client, 'report_progress', { percent: 20, seq: 2 })).toMatchObject({
      accepted: true,
      mission: 'map',
      epoch: 1,
    });
  });

  it('speaks for nobody but itself, and is told what was wrong with a call', async ({ openSite }) => {
    const { site, one } = await openDoors(openSite);
    await site.up().ready();
    const client = await overHttp(site, one);
    const report = (args: Record<string, unknown>) => use(client, 'report_progress', args);
    expect(await report({ agent: 'Agent-2', percent: 80 })).toEqual({
      fault: expect.stringMatching(/^UNAUTHORISED: /),
    });
    expect(await report({ agent: 'Agent-1' })).toEqual({ fault: expect.stringContaining('percent') });
    expect(await report({ agent: 'Agent-1', percent: 10 })).toMatchObject({ accepted: true });
    await expect(overHttp(site, 'nonsense')).rejects.toThrow();
  });
});

describe('a question over MCP', () => {
  it('is read at the console, and its answer comes as gas', async ({ openSite }) => {
    const { site, two } = await openDoors(openSite);
    const platform = await site.up().ready();
    const client = await overHttp(site, two, 'Agent-2');
    expect(await use(client, 'ask_human', { question: 'Blue or green?' })).toMatchObject({ asked: true });
    await platform.says(/Agent-2 asks: Blue or green\?/);
    await site.run('message Agent-2 "green, please"', '--yes');
    const { gas } = await use(client, 'get_gas', { wait: 30 });
    expect(gas).toMatchObject([{ from: 'person:cli:local', text: expect.stringContaining('green, please') }]);
  });
});

describe('docs/guides/connect-an-agent.md', () => {
  it('works as it stands: its shell, and its three lines for MCP', async ({ openSite }) => {
    const site = await openSite();
    await withoutFiles(site);
    await site.up().ready();
    const shell = await runGuide(site);
    expect([shell.end, shell.stderr]).toEqual([0, expect.not.stringContaining('curl:')]);
    expect(shell.stdout).toContain('"crossed":[75]');
    expect(shell.stdout).toContain('Agent-1: 92 % of Map the north wing (mission 1); reached 90 %');
    const { args, env } = mcpServers.parse(JSON.parse(blocksOf('json')[0] ?? '')).mcpServers.swarmline;
    expect(Object.keys(env)).toEqual(['SWARMLINE_URL', 'SWARMLINE_API_KEY']);
    expect(args[0]).toMatch(/\/bin\/swarmline\.mjs$/);
    const two = await overStdio(site, await keyOf(site, 'Agent-2'), 'Agent-2', args.slice(1, -1));
    expect((await use(two, 'get_gas', { wait: 30 })).gas[0].text).toContain('The door to the lab is locked');
  });
});

describe('`swarmline agent report`', () => {
  it('reports from a shell, to a process that has no pipeline of its own', async ({ openSite }) => {
    const { site, two } = await openDoors(openSite);
    const platform = site.up('--only', 'api');
    site.up('--only', 'workers', 'pipeline');
    await platform.ready();
    const report = (...args: string[]) => site.cli('agent', 'report', 'Agent-1', ...args);
    const first = await report('--mission', 'map', '--completed', '4', '--total', '5', '--seq', '1');
    expect([first.end, first.stdout]).toEqual([0, 'Agent-1: 80 % of map (mission 1); reached 75 %\n']);
    const again = await report('--percent', '99', '--seq', '1');
    expect([again.end, again.stdout]).toEqual([0, expect.stringContaining('duplicate, nothing changed')]);
    const unknown = await site.cli('agent', 'report', 'Agnet-1', '--percent', '5');
    expect([unknown.end, unknown.stderr]).toEqual([1, expect.stringContaining('did you mean Agent-1?')]);
    const receiver = await overHttp(site, two, 'Agent-2');
    expect(await use(receiver, 'get_gas', { wait: 30 })).toMatchObject({ gas: [{ checkpoint: 75 }] });
  });
});

const guide = readFileSync(join(import.meta.dirname, '../../docs/guides/connect-an-agent.md'), 'utf8');
const blocksOf = (language: string) =>
  [...guide.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);
const mcpServers = z.object({
  mcpServers: z.object({
    swarmline: z.object({ args: z.array(z.string()), env: z.record(z.string(), z.string()) }),
  }),
});

/** Every line of its blocks for a shell, in one. */
async function runGuide(site: Site) {
  const { program, args, env } = site.command([]);
  const cli = [program, ...args].map((word) => `'${word}'`).join(' ');
  const script = blocksOf('sh').join('\n').replaceAll('127.0.0.1:7700', `127.0.0.1:${site.port}`);
  const text = `set -euo pipefail\ncd '${site.dir}'\nnpx() { shift; ${cli} "$@"; }\n${script}`;
  const shell = new Child({ program: 'bash', args: ['-c', text], env });
  onTestFinished(() => shell.kill());
  return { end: await shell.ended, stdout: shell.stdout, stderr: shell.stderr };
}
