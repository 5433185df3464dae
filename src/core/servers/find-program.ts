// Where a server program is installed.
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

// Debian's /usr/sbin/rabbitmq-server switches the user with `su`; the real script stands here.
const preferred: Readonly<Record<string, readonly string[]>> = {
  'rabbitmq-server': ['/usr/lib/rabbitmq/bin'],
};

/** Absolute path of an executable, or null. @param searchPath the PATH variable */
export async function findProgram(name: string, searchPath: string): Promise<string | null> {
  for (const folder of [...(preferred[name] ?? []), ...searchPath.split(delimiter)]) {
    if (folder === '') continue;
    const path = join(folder, name);
    if (await isProgram(path)) return path;
  }
  return null;
}

// A folder is executable too, in its way.
async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
