// docs/guides/add-a-service.md does what it says: its code is put into a copy of the tree, checked, and run.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import { createCommandRedis } from '../../src/core/redis.ts';
import { logOf } from '../support/log.ts';
import { ownServer } from '../support/own-server.ts';
import { Platform } from '../support/platform.ts';
import { eventually, it } from '../support/site.ts';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

interface Block {
  readonly kind: 'ts' | 'diff';
  readonly file: string;
  readonly lines: readonly string[];
}

async function blocksOf(guide: string): Promise<readonly Block[]> {
  const text = await readFile(join(root, 'docs/guides', guide), 'utf8');
  return [...text.matchAll(/^```(ts|diff) (\S+)\n(.*?)^```$/gms)].map(([, kind, file = '', body = '']) => ({
    kind: kind === 'ts' ? 'ts' : 'diff',
    file,
    lines: body.trimEnd().split('\n'),
  }));
}

/** Puts a block into the tree: a whole file, or lines after others that must be there. */
async function apply(tree: string, { kind, file, lines }: Block): Promise<void> {
  const path = join(tree, file);
  if (kind === 'ts') {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, `${lines.join('\n')}\n`);
    return;
  }
  const text = (await readFile(path, 'utf8')).split('\n');
  let at = -1;
  for (const line of lines) {
    const added = line.startsWith('+');
    at = added ? at + 1 : text.indexOf(line.slice(1), at + 1);
    if (added) text.splice(at, 0, line.slice(1));
    if (at < 0) throw new Error(`${file} has no line: ${line}`);
  }
  await writeFile(path, text.join('\n'));
}

const isCode = (line: string) => !/^\+?\s*($|\/\/|\/\*\*|\*)/.test(line);

let tree = '';
let blocks: readonly Block[] = [];
beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'swarmline-guide-'));
  for (const part of ['src', 'config', '.dependency-cruiser.mjs'])
    await cp(join(root, part), join(tree, part), { recursive: true });
  for (const shared of ['package.json', 'tsconfig.json', 'node_modules']) {
    await symlink(join(root, shared), join(tree, shared));
  }
  blocks = await blocksOf('add-a-service.md');
  for (const block of blocks) await apply(tree, block);
});
afterAll(() => rm(tree, { recursive: true, force: true }));

const tool = (name: string, ...args: readonly string[]) =>
  run(join(root, 'node_modules/.bin', name), [...args], { cwd: tree }).then(
    () => '',
    ({ stdout }) => String(stdout),
  );

describe('the guide to a new service', () => {
  it('needs less than 40 lines of code, with its registration', () => {
    const added = blocks.flatMap(({ kind, lines }) =>
      lines.filter((line) => kind === 'ts' || line.startsWith('+')),
    );
    const code = added.filter(isCode);
    expect(code.length).toBeGreaterThan(20);
    expect(code.length).toBeLessThan(40);
  });

  it('passes the types and the layers of the whole tree', async () => {
    expect(await tool('tsc', '-p', 'tsconfig.json')).toBe('');
    expect(await tool('depcruise', '--config', '.dependency-cruiser.mjs', 'src')).toBe('');
  });

  it('makes a service that starts, is seen, is started again after a failure, and stops', async ({
    openSite,
  }) => {
    const redis = await ownServer('redis-server');
    const site = await openSite({ redisUrl: redis.url });
    const reader = createCommandRedis({ url: redis.url, name: 'test' });
    onTestFinished(() => reader.disconnect());
    const beat = async () => Number(await reader.get(`{${site.named('e2e')}}:beacon`));
    const program = {
      program: process.execPath,
      args: ['--import', import.meta.resolve('tsx'), join(tree, 'src/cli/main.ts'), 'up'],
      env: { ...site.env, SWARMLINE_BEACON__EVERY_MS: '50' },
    };
    const platform = new Platform(program, `http://127.0.0.1:${site.port}/readyz`);
    onTestFinished(() => platform.kill());
    await platform.ready(60_000);
    await platform.ask('status', /beacon +up: a beat every 50 ms/);
    const first = await beat();
    await eventually(async () => (await beat()) > first);

    // Nobody else uses this command of Redis.
    await redis.command('ACL', 'SETUSER', 'default', '-psetex');
    await eventually(() => platform.ask('status', /beacon +failed, [^\n]*NOPERM/, 500));
    await redis.command('ACL', 'SETUSER', 'default', '+psetex');
    const failed = await beat();
    await eventually(async () => (await beat()) > failed);
    const events = (await logOf(site.home))
      .filter(({ component }) => component === 'beacon')
      .map(({ msg }) => msg);
    expect(events.slice(0, 2)).toEqual(['a part failed', 'a part is started again']);
    await eventually(async () =>
      (await logOf(site.home)).some(
        ({ component, msg }) => component === 'beacon' && msg === 'a part is back',
      ),
    );

    await platform.stop();
    const last = await beat();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await beat()).toBe(last);
  });
});
