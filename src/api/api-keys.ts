// Keys of persons and programs: one file for each in a folder, which holds no key but its SHA-256. A key is 256 random
// bits, so a slow hash would protect nothing more. A file that is removed is a key that is revoked, at once.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { coreErrors, errorText, SwarmError, toSwarmError } from '../core/errors.ts';

const nameShape = /^[a-z0-9][a-z0-9-]{0,31}$/;
const nameRule = 'a name is 1 to 32 lower-case letters, digits and hyphens, and begins with none of the last';
const keyShape = /^swl_([a-z0-9][a-z0-9-]{0,31})_([A-Za-z0-9_-]{43})$/;

const recordSchema = z.strictObject({
  name: z.string().regex(nameShape),
  /** Of the whole key, hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** ms since the epoch. */
  createdAt: z.number().int(),
});
export type KeyRecord = z.infer<typeof recordSchema>;

export interface ApiKeys {
  /** Draws the key of a new name and resolves to it, the only time that it is seen. @throws SwarmError INPUT_INVALID, FILE_EXISTS when there is one of that name */
  add(name: string, now: number): Promise<string>;
  /** By name. @throws SwarmError CONFIG_INVALID for a file that is no key */
  list(): Promise<readonly KeyRecord[]>;
  /** Whether there was one. */
  revoke(name: string): Promise<boolean>;
  /** The record that a key opens; null for any other text. @throws SwarmError CONFIG_INVALID, FILE_* when it cannot be looked up */
  find(key: string): Promise<KeyRecord | null>;
  /** The record under a name; null when there is none. @throws as `find` */
  named(name: string): Promise<KeyRecord | null>;
}

/** The keys of a home. */
export function createApiKeys(home: string): ApiKeys {
  const folder = join(home, 'api-keys');
  const fileOf = (name: string) => join(folder, `${name}.json`);
  const named = (name: string) => (nameShape.test(name) ? read(fileOf(name)) : Promise.resolve(null));
  return {
    named,
    add: async (name, now) => {
      if (!nameShape.test(name)) throw new SwarmError(coreErrors.inputInvalid, `${name}: ${nameRule}`);
      const key = `swl_${name}_${randomBytes(32).toString('base64url')}`;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeNew(fileOf(name), { name, sha256: hashOf(key), createdAt: now });
      return key;
    },
    list: async () => {
      const files = await unlessMissing(readdir(folder), []);
      const names = files.flatMap((file) => (file.endsWith('.json') ? [file.slice(0, -5)] : []));
      const records = await Promise.all(names.toSorted().map(named));
      return records.filter((record) => record !== null);
    },
    revoke: (name) =>
      nameShape.test(name)
        ? unlessMissing(
            unlink(fileOf(name)).then(() => true),
            false,
          )
        : Promise.resolve(false),
    find: async (key) => {
      const record = await named(nameInKey(key) ?? '');
      return record !== null && isSame(hashOf(key), record.sha256) ? record : null;
    },
  };
}

/** Whose key a text says it is; null where it is not shaped like a key. */
export function nameInKey(text: string): string | null {
  return keyShape.exec(text)?.[1] ?? null;
}

async function read(path: string): Promise<KeyRecord | null> {
  const text = await unlessMissing(readFile(path, 'utf8'), null);
  if (text === null) return null;
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new SwarmError(coreErrors.configInvalid, `${path} is no key: ${errorText(cause)}`, { cause });
  }
}

async function writeNew(path: string, record: KeyRecord): Promise<void> {
  try {
    await writeFile(path, `${JSON.stringify(record)}\n`, { flag: 'wx', mode: 0o600 });
  } catch (thrown) {
    const error = toSwarmError(thrown);
    if (error.code !== coreErrors.fileExists.code) throw error;
    throw new SwarmError(error.kind, `there is a key ${record.name} already; revoke it first`, {
      cause: thrown,
    });
  }
}

async function unlessMissing<T>(work: Promise<T>, instead: T): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    const error = toSwarmError(thrown);
    if (error.code === coreErrors.fileMissing.code) return instead;
    throw error;
  }
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

// In constant time; both are hashes, so they are of one length.
function isSame(given: string, wanted: string): boolean {
  return timingSafeEqual(Buffer.from(given, 'hex'), Buffer.from(wanted, 'hex'));
}
