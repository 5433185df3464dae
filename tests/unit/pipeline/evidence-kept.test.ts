// What a status says of whom its agent waits for is remembered while the file stays as it is.
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it as base, expect } from 'vitest';
import { makeEvidence } from '../../../src/pipeline/stall/evidence.ts';

const it = base.extend<{ statusFile: string }>({
  statusFile: async ({ task: _ }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'swarmline-evidence-'));
    await use(join(folder, 'status.json'));
    await rm(folder, { recursive: true });
  },
});

const mebibyte = 1_048_576;
const status = (waitsFor: string) => JSON.stringify({ waiting_for: waitsFor, notes: 'x'.repeat(mebibyte) });

/** Bytes that this process has read so far. Source: proc(5), rchar of io. */
async function bytesRead(): Promise<number> {
  return Number(/rchar: (\d+)/.exec(await readFile('/proc/self/io', 'utf8'))?.[1]);
}

it('a file that has not changed is not read again', async ({ statusFile }) => {
  await writeFile(statusFile, status('B'));
  await utimes(statusFile, 100, 100);
  const look = makeEvidence();
  const agent = { id: 'A', statusFile };
  expect((await look(agent, 200_000)).waits).toEqual(['B']);
  const before = await bytesRead();
  for (let at = 0; at < 20; at += 1) expect((await look(agent, 200_000)).waits).toEqual(['B']);
  expect((await bytesRead()) - before).toBeLessThan(10 * mebibyte);
});

it('one that was written a moment ago is, since the next writing may look the same', async ({
  statusFile,
}) => {
  const look = makeEvidence();
  const agent = { id: 'A', statusFile };
  await writeFile(statusFile, status('B'));
  const { mtimeMs } = await stat(statusFile);
  await look(agent, mtimeMs + 1);
  const before = await bytesRead();
  await look(agent, mtimeMs + 1);
  expect((await bytesRead()) - before).toBeGreaterThan(mebibyte);
});

it('one that was changed is, and one that is gone says nothing', async ({ statusFile }) => {
  const look = makeEvidence();
  const agent = { id: 'A', statusFile };
  await writeFile(statusFile, status('B'));
  await utimes(statusFile, 100, 100);
  await look(agent, 200_000);
  await writeFile(statusFile, status('C'));
  await utimes(statusFile, 101, 101);
  expect((await look(agent, 200_000)).waits).toEqual(['C']);
  await rm(statusFile);
  expect((await look(agent, 200_000)).waits).toEqual([]);
});
