// What `swarmline doctor` says of inboxes, on real folders. Rights cannot be tried as root, to whom all is allowed.
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inspectInboxes } from '../../../src/pipeline/index.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarmline-inboxes-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));
const at = (...parts: string[]) => ({ id: parts[0] ?? '', inbox: join(dir, ...parts) });

it('is well with folders that are there, or can be made, and makes none', async () => {
  await mkdir(join(dir, 'A', 'done'), { recursive: true });
  expect(await inspectInboxes([at('A'), at('B', 'deep', 'inbox')])).toEqual({
    name: 'inboxes',
    state: 'ok',
    said: '2, all writable',
  });
  expect(await readdir(dir)).toEqual(['A']);
});

it('names the first that cannot be made, counts the others, and says what to do', async () => {
  await writeFile(join(dir, 'file'), '');
  await mkdir(join(dir, 'E'));
  await writeFile(join(dir, 'E', 'done'), '');
  const blocked = ['A', 'B', 'C', 'D'].map((id) => ({ ...at('file', 'inbox'), id }));
  const { state, said, mend } = await inspectInboxes([at('well'), at('E'), ...blocked]);
  const file = join(dir, 'file');
  expect([state, said]).toEqual([
    'fail',
    `5 of 6 cannot be written: E: ${dir}/E/done is not a folder; A: ${file} is not a folder; B: ${file} is not a folder; and 2 more`,
  ]);
  expect(mend).toContain('pipeline.agents');
});

it('names one that may not be written', async ({ skip }) => {
  if (process.getuid?.() === 0) skip('root may write everywhere');
  await mkdir(join(dir, 'A'));
  await chmod(join(dir, 'A'), 0o500);
  expect((await inspectInboxes([at('A')])).said).toMatch(/^1 of 1 cannot be written: A: EACCES/);
});

it('says nothing of no agents', async () => {
  expect((await inspectInboxes([])).state).toBe('skipped');
});
