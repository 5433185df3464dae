// What a spool holds and nobody can use: laid beside it as `*.bad`, synced before it counts as gone, and never deleted by
// us. It judges nothing; it keeps the bytes as they were, and counts them.
import { open, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { linesOf, namesIn, syncFolder } from './spool-files.ts';

const ending = '.bad';

export interface Aside {
  /** Lays a line of the file `name` aside. @throws what the disk refused with */
  line(name: string, bytes: Buffer): Promise<void>;
  /** Lays the whole file aside; false where not even its name can be changed. */
  file(name: string): Promise<boolean>;
  /** How many lines lie there, of all processes; a file that cannot be read counts as one. */
  count(): Promise<number>;
}

export function createAside(folder: string): Aside {
  return {
    line: async (name, bytes) => {
      // What people wrote stands in it.
      const handle = await open(join(folder, `${name}${ending}`), 'a', 0o600);
      try {
        await handle.appendFile(Buffer.concat([bytes, Buffer.from('\n')]));
        await handle.datasync();
      } finally {
        await handle.close();
      }
      await syncFolder(folder);
    },
    file: async (name) => {
      try {
        await rename(join(folder, name), await freeName(folder, name));
        return true;
      } catch {
        return false;
      }
    },
    count: async () => {
      const names = (await namesIn(folder).catch(() => [])).filter((name) => name.endsWith(ending));
      const counts = await Promise.all(
        names.map((name) =>
          linesOf(join(folder, name)).then(
            ({ lines }) => Math.max(1, lines.length),
            () => 1,
          ),
        ),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}

/** Some lines of the same file may lie aside already: they are not written over. */
async function freeName(folder: string, name: string): Promise<string> {
  const taken = new Set(await readdir(folder));
  let wanted = `${name}${ending}`;
  for (let i = 2; taken.has(wanted); i += 1) wanted = `${name}.${i}${ending}`;
  return join(folder, wanted);
}
