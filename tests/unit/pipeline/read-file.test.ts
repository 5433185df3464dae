import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test as base, describe, expect } from 'vitest';
import { readStatusFile } from '../../../src/pipeline/progress/read-file.ts';

const it = base.extend<{ path: string }>({
  path: async ({ task: _ }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'status-'));
    await use(join(folder, 'status.json'));
    await rm(folder, { recursive: true });
  },
});

/** Each wait lets the writer go on by one of `texts`; `waits` notes how long each was. */
function clockThatWrites(path: string, texts: readonly string[]) {
  const waits: number[] = [];
  const sleep = async (ms: number) => {
    const text = texts[waits.push(ms) - 1];
    if (text !== undefined) await writeFile(path, text);
  };
  return { waits, now: () => 7, sleep };
}

describe('reading a status file', () => {
  it('waits for a writer that is half through', async ({ path }) => {
    await writeFile(path, '');
    const clock = clockThatWrites(path, ['{"progress": 7', '{"progress": 75}']);
    expect(await readStatusFile(path, clock)).toMatchObject({ raw: '{"progress": 75}', at: 7 });
    expect(clock.waits).toEqual([50, 200]);
  });

  it('gives up on a text that stays torn', async ({ path }) => {
    await writeFile(path, '{"progress": 7');
    expect(await readStatusFile(path, clockThatWrites(path, []))).toMatchObject({
      raw: '{"progress": 7',
      at: 7,
    });
  });

  it('does not wait for a text that is whole', async ({ path }) => {
    await writeFile(path, '{}');
    const clock = clockThatWrites(path, []);
    await readStatusFile(path, clock);
    expect(clock.waits).toEqual([]);
  });

  it('reads none that is too large for a status, and says so', async ({ path }) => {
    await writeFile(path, '');
    await truncate(path, 1_048_577);
    expect(await readStatusFile(path, clockThatWrites(path, []))).toEqual({
      raw: null,
      fault: 'it has 1048577 bytes, and no more than 1048576 are read',
      at: 7,
    });
  });

  it('takes a missing file for absent', async ({ path }) => {
    expect(await readStatusFile(path, clockThatWrites(path, []))).toEqual({ raw: null, at: 7 });
  });

  it('says when the file was written, which is not when it is read', async ({ path }) => {
    await writeFile(path, '{}');
    await utimes(path, 1_700_000_000, 1_700_000_000);
    expect(await readStatusFile(path, clockThatWrites(path, []))).toMatchObject({
      raw: '{}',
      at: 7,
      writtenAt: 1_700_000_000_000,
    });
  });

  it('says why a file that is there cannot be read', async ({ path }) => {
    const version = await readStatusFile(join(path, '..'), clockThatWrites(path, []));
    expect(version.fault).toBe('not a regular file');
  });

  it('does not wait for a writer where the file is a pipe', async ({ path }) => {
    execFileSync('mkfifo', [path]);
    const version = await readStatusFile(path, clockThatWrites(path, []));
    expect(version.fault).toBe('not a regular file');
  });
});
