// The inbox that is a folder: one Markdown file per delivery, whole or not there. The agent accepts a delivery
// by moving its file to done/. Nothing of a file's content is ever used as a path.
import { createHash } from 'node:crypto';
import { access, open, readdir, stat, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Gas } from '../../contracts/agents.ts';
import { domainErrors } from '../../contracts/errors.ts';
import { derivedId } from '../../contracts/ids.ts';
import { errorText, SwarmError } from '../../core/errors.ts';
import { writeFileAtomically } from '../../core/files.ts';
import { acceptance } from '../text.ts';
import { faultOf } from './check-folder.ts';
import type { Inbox } from './inbox.ts';

export interface FileInboxOptions {
  /** The agent's inbox folder, absolute; made when it is missing. */
  readonly folder: string;
}

/** Creates the inbox of one agent. */
export function createFileInbox({ folder }: FileInboxOptions): Inbox {
  const placesOf = (gas: Gas) => {
    const name = gasFileName(gas);
    return { where: join(folder, name), accepted: join(doneFolder(folder), name) };
  };
  async function placeOf(gas: Gas): Promise<string | null> {
    const { where, accepted } = placesOf(gas);
    // the inbox before done/: looked up the other way round, a file on its way between them would be missed
    for (const path of [where, accepted]) {
      if (await exists(path)) return path;
    }
    return null;
  }
  return {
    ack: 'native',
    takeOn: () => acceptance,
    deliver: async (gas, signal) => {
      signal.throwIfAborted();
      const there = await placeOf(gas);
      if (there !== null) return { state: 'sent', where: there };
      const { where } = placesOf(gas);
      try {
        await writeFileAtomically(where, gasFile(gas));
      } catch (thrown) {
        throw new SwarmError(domainErrors.inboxUnwritable, `${where}: ${errorText(thrown)}`, {
          cause: thrown,
        });
      }
      return { state: 'sent', where };
    },
    has: async (gas) => (await placeOf(gas)) !== null || isNowhere(folder, placesOf(gas)),
    // Removed in one step, so that either the agent moves it to done/ or we take it back, never both.
    withdraw: async (gas) => {
      const { where, accepted } = placesOf(gas);
      try {
        await unlink(where);
        return 'withdrawn';
      } catch (thrown) {
        if (await exists(accepted)) return 'taken';
        // Whatever else is wrong, it may lie there once the folder is well again, and once a missing one is back.
        const isThere = await exists(folder);
        if (isThere && isMissing(thrown)) return 'absent';
        const why = isThere ? errorText(thrown) : missingFolder;
        throw new SwarmError(domainErrors.inboxUnwritable, `${where}: ${why}`, { cause: thrown });
      }
    },
    check: async () => {
      const said = await faultOf(folder);
      return said === null ? null : { state: 'fail', said };
    },
  };
}

/** False: it does not lie there. @throws SwarmError INBOX_UNWRITABLE where it may, and the folder cannot be looked into */
async function isNowhere(
  folder: string,
  places: Readonly<Record<'where' | 'accepted', string>>,
): Promise<false> {
  for (const path of [folder, places.where, places.accepted]) {
    const why = await stat(path).then(
      () => null,
      (thrown: unknown) => (isMissing(thrown) ? path === folder && missingFolder : errorText(thrown)),
    );
    if (why) throw new SwarmError(domainErrors.inboxUnwritable, `${places.where}: ${why}`);
  }
  return false;
}

/** Where an agent moves what it accepted. */
export function doneFolder(inbox: string): string {
  return join(inbox, 'done');
}

/** Sorts by time, then checkpoint: `20260102T030405678Z-075-<id>.md`. */
export function gasFileName(gas: Pick<Gas, 'id' | 'checkpoint' | 'createdAt'>): string {
  const time = new Date(gas.createdAt).toISOString().replaceAll(/[-:.]/g, '');
  const id = safeId.test(gas.id) ? gas.id : derivedId(gas.id);
  return `${time}-${String(gas.checkpoint ?? 0).padStart(3, '0')}-${id}.md`;
}

/** `version` is another one when the file was written, replaced or given other rights since. */
export interface DoneFile {
  readonly path: string;
  readonly version: string;
}

/** The Markdown files in a done folder; a missing folder is empty. */
export async function doneFiles(inbox: string): Promise<readonly DoneFile[]> {
  const folder = doneFolder(inbox);
  const found = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const paths = found.flatMap((file) =>
    file.isFile() && isGasFile(file.name) ? [join(folder, file.name)] : [],
  );
  // one that goes away between the two looks is not there
  return (await Promise.all(paths.map((path) => withVersion(path).catch(() => [])))).flat();
}

export function isGasFile(name: string): boolean {
  return name.endsWith('.md') && !name.startsWith('.');
}

/** The delivery that a file acknowledges: the front matter's id, else that of the name; null when there is none. */
export async function deliveryIdOf(path: string): Promise<string | null> {
  const head = await readHead(path);
  const matter = /^\uFEFF?---\r?\n([\s\S]*?)(?:\r?\n---|$)/.exec(head)?.[1] ?? '';
  const named = /^\s*id\s*:\s*["']?([A-Za-z0-9_-]{1,64})["']?\s*$/im.exec(matter)?.[1];
  return named ?? /-([A-Za-z0-9_]{1,64})\.md$/.exec(basename(path))?.[1] ?? null;
}

const missingFolder =
  'its folder is not there, so nobody can tell whether the gas lies in it; put the folder back, or make an empty one where it is gone for good';
const safeId = /^[A-Za-z0-9_]{1,64}$/;
const headBytes = 4096;

/** JSON strings are YAML strings, so foreign text cannot break out of its line. */
function gasFile(gas: Gas): string {
  const matter = [
    `id: ${JSON.stringify(gas.id)}`,
    `from: ${JSON.stringify(gas.from)}`,
    `to: ${JSON.stringify(gas.to)}`,
    `mission: ${JSON.stringify(gas.mission)}`,
    `checkpoint: ${gas.checkpoint}`,
    `created: ${JSON.stringify(new Date(gas.createdAt).toISOString())}`,
    // Of the text alone, so that whoever passes it on can prove that it is whole.
    `sha256: ${JSON.stringify(createHash('sha256').update(gas.text).digest('hex'))}`,
    ...(gas.replaces === undefined ? [] : [`replaces: ${JSON.stringify(gas.replaces)}`]),
  ];
  return `---\n${matter.join('\n')}\n---\n\n${gas.text}`;
}

async function withVersion(path: string): Promise<DoneFile[]> {
  const { ctimeMs, size } = await stat(path);
  return [{ path, version: `${ctimeMs} ${size}` }];
}

async function readHead(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
