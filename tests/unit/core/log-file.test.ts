import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { LogFile } from '../../../src/core/log-file.ts';
import { eventually } from '../../support/fixtures.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarmline-log-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const logFile = (path: string) =>
  new LogFile({ clock: systemClock }, { path, notice: (dropped) => `(${dropped} lost)\n` });

it('has every line in its order when it is closed, and makes its folder', async () => {
  const path = join(dir, 'logs/a.log');
  const log = logFile(path);
  for (let i = 0; i < 1_000; i += 1) log.write(`${i}\n`);
  await log.close();
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  expect(lines).toEqual(Array.from({ length: 1_000 }, (_, i) => String(i)));
  expect(log.loss).toEqual({ dropped: 0, why: null });
});

it('counts what it cannot write and why, and says so in the file by itself once it can', async () => {
  // A file where its folder should be.
  await writeFile(join(dir, 'logs'), '');
  const log = logFile(join(dir, 'logs/a.log'));
  log.write('a\n');
  log.write('b\n');
  await eventually(() => log.loss, { accept: ({ dropped }) => dropped === 2 });
  expect(log.loss.why).toMatch(/EEXIST|ENOTDIR/);
  await rm(join(dir, 'logs'));
  await eventually(() => log.loss.why === null);
  log.write('c\n');
  await log.close();
  expect(await readFile(join(dir, 'logs/a.log'), 'utf8')).toBe('(2 lost)\nc\n');
  expect(log.loss.dropped).toBe(2);
});

it('ends at once with what it cannot write, and takes nothing more', async () => {
  await mkdir(join(dir, 'a.log'));
  const log = logFile(join(dir, 'a.log'));
  log.write('a\n');
  await log.close();
  log.write('b\n');
  expect(log.loss.dropped).toBe(1);
});

it('loses lines instead of memory when the disk does not keep up', async () => {
  const path = join(dir, 'a.log');
  const log = logFile(path);
  const line = `${'x'.repeat(99_999)}\n`;
  for (let i = 0; i < 30; i += 1) log.write(line);
  await eventually(async () => (await readFile(path, 'utf8')).includes('lost'));
  await log.close();
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  const told = lines.filter((text) => /^\(\d+ lost\)$/.test(text)).map((text) => Number(text.slice(1, -6)));
  expect(told).toEqual([log.loss.dropped]);
  expect(lines).toHaveLength(30 - log.loss.dropped + 1);
});
