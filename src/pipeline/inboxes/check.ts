// Whether gas could be written into the inboxes, for `swarmline doctor`. It makes no folder: it may run as another user,
// whose folder the platform could not write.
import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Finding } from '../../core/checks/finding.ts';
import { errorText } from '../../core/errors.ts';
import type { PipelineAgent } from '../intake.ts';
import { folderOf } from './config.ts';
import { doneFolder } from './file-inbox.ts';

const name = 'inboxes';
/** So many are named, and the others counted. */
const named = 3;

/** One finding for all of them. */
export async function inspectInboxes(
  agents: readonly Pick<PipelineAgent, 'id' | 'inbox'>[],
): Promise<Finding> {
  if (agents.length === 0) return { name, state: 'skipped', said: 'no agents' };
  const looked = await Promise.all(
    agents.map(async ({ id, inbox }) => {
      const folder = folderOf(inbox);
      return { id, fault: folder === null ? null : await faultOf(resolve(folder)) };
    }),
  );
  const wrong = looked.flatMap(({ id, fault }) => (fault === null ? [] : [`${id}: ${fault}`]));
  if (wrong.length === 0) return { name, state: 'ok', said: `${agents.length}, all writable` };
  const more = wrong.length > named ? `; and ${wrong.length - named} more` : '';
  return {
    name,
    state: 'fail',
    said: `${wrong.length} of ${agents.length} cannot be written: ${wrong.slice(0, named).join('; ')}${more}`,
    mend: 'mend the rights of the folder, or inbox of the agent under pipeline.agents: no gas reaches it until then',
  };
}

/** Why no gas could be written there; null when it could. One that is missing is made by the platform, if it may. */
async function faultOf(inbox: string): Promise<string | null> {
  try {
    const { path, isFolder } = await nearest(inbox);
    if (!isFolder) return `${path} is not a folder`;
    await access(path, constants.W_OK | constants.X_OK);
    const done = await nearest(doneFolder(inbox));
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
