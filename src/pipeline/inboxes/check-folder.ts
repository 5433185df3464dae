// Whether gas could be written into a folder. It makes none: it may run as another user, whose folder the platform could
// not write.
import { access, constants, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorText } from '../../core/errors.ts';

/** Why no gas could be written there; null when it could. One that is missing is made by the platform, if it may. */
export async function faultOf(inbox: string): Promise<string | null> {
  try {
    const { path, isFolder } = await nearest(inbox);
    if (!isFolder) return `${path} is not a folder`;
    await access(path, constants.W_OK | constants.X_OK);
    const done = await nearest(join(inbox, 'done'));
    return done.isFolder ? null : `${done.path} is not a folder`;
  } catch (thrown) {
    return errorText(thrown);
  }
}

/** What is there: the path itself, or the lowest above it. @throws what else the file system says */
async function nearest(path: string): Promise<{ readonly path: string; readonly isFolder: boolean }> {
  const found = await stat(path).catch((thrown: unknown) => {
    if (isMissing(thrown)) return null;
    throw thrown;
  });
  return found === null ? nearest(dirname(path)) : { path, isFolder: found.isDirectory() };
}

function isMissing(thrown: unknown): boolean {
  return (
    thrown instanceof Error && 'code' in thrown && (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR')
  );
}
