// `swarmline config check`: what a start would refuse is refused by what the start names for it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import { configCheck } from '../../../src/cli/commands/config.ts';

/** A folder with a configuration that names it as that of the templates, and the check of that configuration. */
async function scene(templates = '') {
  const folder = await mkdtemp(join(tmpdir(), 'swarmline-check-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'local.yaml');
  await writeFile(file, `gas: { templates: ${templates || folder} }`);
  const stdout = new PassThrough();
  const check = () => configCheck(file, { root: join(import.meta.dirname, '../../..'), stdout });
  return { folder, file, stdout, check };
}

it('takes a folder of templates that can be read', async () => {
  const { folder, file, stdout, check } = await scene();
  await writeFile(join(folder, '75.md'), '{{to}} goes on. {{acceptance}}');
  expect([await check(), String(stdout.read())]).toEqual([0, `${file}: ok\n`]);
});

it('names a folder of templates that is not there', async () => {
  const { stdout, check } = await scene('/nonexistent');
  await expect(check()).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(
      /^gas\.templates: \/nonexistent cannot be read .*make it, or leave the key/,
    ),
  });
  expect(stdout.read()).toBeNull();
});

it('names what is wrong in a template', async () => {
  const { folder, check } = await scene();
  await writeFile(join(folder, '80.md'), 'no checkpoint');
  await expect(check()).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('80.md: no checkpoint has that name'),
  });
});
