// The ways in which files of a configuration change on real disks, each of which hides the change from a naive watcher.
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import { watchFiles } from '../../../src/core/config/watch.ts';
import { eventually, it } from '../../support/fixtures.ts';

/** Watches `name` in a folder of its own; `seen` are its contents at each change, `null` where it was gone. */
async function watched(prepare: (dir: string) => Promise<string>, clock: Clock = systemClock) {
  const dir = await mkdtemp(join(tmpdir(), 'swarmline-watch-'));
  const path = await prepare(dir);
  const seen: (string | null)[] = [];
  const stop = await watchFiles({
    clock,
    paths: () => [path],
    restMs: 50,
    onChange: async () => void seen.push(await readFile(path, 'utf8').catch(() => null)),
  });
  onTestFinished(async () => {
    await stop();
    await rm(dir, { recursive: true, force: true });
  });
  return { dir, path, seen };
}

const plain = async (dir: string) => {
  await writeFile(join(dir, 'a.yaml'), 'one');
  return join(dir, 'a.yaml');
};
const isLast = (seen: readonly (string | null)[], text: string | null) =>
  eventually(() => seen.length > 0 && seen.at(-1) === text);

it('sees a file that is written in place', async () => {
  const { path, seen } = await watched(plain);
  await writeFile(path, 'two');
  await isLast(seen, 'two');
});

it('sees an atomic rename, and the next one too', async () => {
  const { dir, path, seen } = await watched(plain);
  for (const text of ['two', 'three']) {
    await writeFile(join(dir, 'new'), text);
    await rename(join(dir, 'new'), path);
    await isLast(seen, text);
  }
});

it('sees Kubernetes swap its ..data link', async () => {
  const { dir, seen } = await watched(async (folder) => {
    await mkdir(join(folder, 'v1'));
    await writeFile(join(folder, 'v1/a.yaml'), 'one');
    await symlink('v1', join(folder, '..data'));
    await symlink('..data/a.yaml', join(folder, 'a.yaml'));
    return join(folder, 'a.yaml');
  });
  await mkdir(join(dir, 'v2'));
  await writeFile(join(dir, 'v2/a.yaml'), 'two');
  await symlink('v2', join(dir, '..data_tmp'));
  await rename(join(dir, '..data_tmp'), join(dir, '..data'));
  await isLast(seen, 'two');
});

it('sees a file go and come back', async () => {
  const { path, seen } = await watched(plain);
  await rm(path);
  await isLast(seen, null);
  await writeFile(path, 'back');
  await isLast(seen, 'back');
});

it('sees a file that came to be one of the configuration later', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'swarmline-watch-'));
  const [first, later] = [join(dir, 'a.yaml'), join(dir, 'later/b.md')];
  await writeFile(first, `one`);
  const told = { paths: [first], changes: 0 };
  const onChange = async () => {
    told.changes += 1;
  };
  const options = { clock: systemClock, paths: () => told.paths, restMs: 20, sweepMs: 20, onChange };
  const stop = await watchFiles(options);
  onTestFinished(async () => {
    await stop();
    await rm(dir, { recursive: true, force: true });
  });
  told.paths = [first, later];
  await eventually(() => told.changes === 1);
  await mkdir(join(dir, 'later'));
  await writeFile(later, 'one');
  await eventually(() => told.changes === 2);
});

it('tells 100 rapid changes as few, and the last one last', async () => {
  const { path, seen } = await watched(plain);
  for (let change = 1; change <= 100; change += 1) await writeFile(path, `change ${change}`);
  await isLast(seen, 'change 100');
  expect(seen.length).toBeLessThan(50);
});

it('keeps no more than one look waiting in a folder that others write into', async () => {
  const waiting = { now: 0, most: 0, all: 0 };
  const sleep: Clock['sleep'] = async (ms, signal) => {
    waiting.now += 1;
    waiting.all += 1;
    waiting.most = Math.max(waiting.most, waiting.now);
    try {
      await systemClock.sleep(ms, signal);
    } finally {
      waiting.now -= 1;
    }
  };
  const { dir } = await watched(plain, { ...systemClock, sleep });
  for (let line = 1; waiting.all < 20; line += 1) {
    await writeFile(join(dir, 'log'), `line ${line}`);
    await systemClock.sleep(5);
  }
  expect(waiting.most).toBeLessThanOrEqual(2);
});
