// Keys as files in a folder of their own.
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createApiKeys } from '../../../src/api/api-keys.ts';

async function home() {
  const dir = await mkdtemp(join(tmpdir(), 'swarmline-keys-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  return { dir, folder: join(dir, 'api-keys'), keys: createApiKeys(dir) };
}

describe('a key', () => {
  it('is found by its text alone, and is another for each name', async () => {
    const { keys } = await home();
    const [ci, lab] = [await keys.add('ci', 7), await keys.add('lab-2', 8)];
    expect(await Promise.all([ci, lab, ci.slice(0, -1), `${ci}x`, ''].map((key) => keys.find(key)))).toEqual([
      expect.objectContaining({ name: 'ci', createdAt: 7 }),
      expect.objectContaining({ name: 'lab-2', createdAt: 8 }),
      null,
      null,
      null,
    ]);
  });

  it('does not open what bears another name', async () => {
    const { keys } = await home();
    const [ci] = [await keys.add('ci', 7), await keys.add('lab', 8)];
    expect(await keys.find(ci.replace('_ci_', '_lab_'))).toBeNull();
  });

  it('has 256 random bits, and lies nowhere in its file, which only its owner reads', async () => {
    const { keys, folder } = await home();
    const key = await keys.add('ci', 7);
    const secret = key.slice('swl_ci_'.length);
    const file = join(folder, 'ci.json');
    const [text, { mode }, { mode: above }] = [
      await readFile(file, 'utf8'),
      await stat(file),
      await stat(folder),
    ];
    expect([Buffer.from(secret, 'base64url').length, text.includes(secret)]).toEqual([32, false]);
    expect([mode & 0o777, above & 0o777]).toEqual([0o600, 0o700]);
  });

  it('opens nothing from the moment that it is revoked', async () => {
    const { keys } = await home();
    const key = await keys.add('ci', 7);
    expect([await keys.revoke('ci'), await keys.find(key), await keys.revoke('ci')]).toEqual([
      true,
      null,
      false,
    ]);
  });

  it('is not taken by one of the same name, also not by one drawn at the same moment', async () => {
    const { keys } = await home();
    const both = await Promise.allSettled([keys.add('ci', 1), keys.add('ci', 2)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await expect(keys.add('ci', 3)).rejects.toMatchObject({ code: 'FILE_EXISTS' });
  });
});

describe('a name', () => {
  it.for(['', '-ci', 'CI', '../ci', 'a/b', 'a_b', 'a.json', 'x'.repeat(33)])(
    'is refused when it is none, and nothing is touched: %j',
    async (name) => {
      const { keys, dir } = await home();
      await writeFile(join(dir, 'ci.json'), 'mine');
      await expect(keys.add(name, 1)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
      expect([await keys.revoke(name), await keys.named(name), await readdir(dir)]).toEqual([
        false,
        null,
        ['ci.json'],
      ]);
    },
  );
});

describe('the list', () => {
  it('is empty where nobody made one, and in order of names otherwise', async () => {
    const { keys } = await home();
    expect(await keys.list()).toEqual([]);
    await keys.add('lab', 1);
    await keys.add('ci', 2);
    expect((await keys.list()).map(({ name }) => name)).toEqual(['ci', 'lab']);
  });
});

describe('a file that is no key', () => {
  it.for(['', '{', '{"name": "ci"}', '{"name":"ci","sha256":"00","createdAt":1}'])(
    'is told and opens nothing: %s',
    async (text) => {
      const { keys, folder } = await home();
      const key = await keys.add('ci', 7);
      await writeFile(join(folder, 'ci.json'), text);
      await expect(keys.find(key)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('ci.json is no key'),
      });
    },
  );

  it('is told where it cannot be read at all', async () => {
    const { keys, folder } = await home();
    await mkdir(join(folder, 'ci.json'), { recursive: true });
    await chmod(join(folder, 'ci.json'), 0o700);
    await expect(keys.named('ci')).rejects.toMatchObject({ code: 'PATH_INVALID' });
  });
});
