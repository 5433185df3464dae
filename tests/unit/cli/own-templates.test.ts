// Templates of a hand-over with which no platform starts: named before that by whoever is asked whether all is well.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const main = join(import.meta.dirname, '../../../src/cli/main.ts');
let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarmline-templates-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const swarmline = (file: string, ...args: readonly string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', main, ...args], {
    encoding: 'utf8',
    timeout: 30_000,
    env: { PATH: process.env['PATH'], SWARMLINE_CONFIG: file },
  });

/** A configuration whose templates lie in a folder of this test. */
async function configured() {
  const file = join(dir, 'mine.yaml');
  const templates = join(dir, 'templates');
  await writeFile(file, `home: ${join(dir, 'home')}\ngas: { templates: ${templates} }\n`);
  return { file, templates };
}

describe('a folder of templates', { timeout: 60_000 }, () => {
  it('that is not there, or has what is none, is named by `config check`', async () => {
    const { file, templates } = await configured();
    const check = () => swarmline(file, 'config', 'check', file);
    expect(check()).toMatchObject({
      status: 78,
      stdout: '',
      stderr: expect.stringContaining(`gas.templates: ${templates} cannot be read`),
    });
    await mkdir(templates);
    await writeFile(join(templates, '80.md'), 'Go on.');
    expect(check()).toMatchObject({ status: 78, stderr: expect.stringContaining('80.md: no checkpoint') });
    await rm(join(templates, '80.md'));
    expect(check()).toMatchObject({ status: 0, stdout: `${file}: ok\n` });
  });

  it('is looked at by `doctor`', async () => {
    const { file, templates } = await configured();
    const seen = () => {
      const findings: readonly { readonly name: string }[] = JSON.parse(
        swarmline(file, 'doctor', '--json').stdout,
      );
      return findings.find(({ name }) => name === 'templates');
    };
    expect(seen()).toMatchObject({
      state: 'fail',
      said: expect.stringContaining(`${templates} cannot be read`),
    });
    await mkdir(templates);
    expect(seen()).toEqual({ name: 'templates', state: 'ok', said: templates });
  });
});
