// Reads the operator's own templates, and says everything that is wrong with them at once.
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Checkpoint, checkpoints } from '../../contracts/agents.ts';
import { coreErrors, errorText, SwarmError } from '../../core/errors.ts';
import { ownTemplates } from './own.ts';
import { templateProblems } from './template.ts';

export type Templates = Readonly<Record<Checkpoint, string>>;

const longest = 16_384;

/** Our own where `folder` has none, or is absent. @throws SwarmError CONFIG_INVALID with every problem */
export async function loadTemplates(folder: string | undefined): Promise<Templates> {
  if (folder === undefined) return ownTemplates;
  const found = await readFolder(folder);
  const problems = found.flatMap(({ path, problem }) => (problem === null ? [] : [`${path}: ${problem}`]));
  if (problems.length > 0) throw new SwarmError(coreErrors.configInvalid, problems.join('\n'));
  const own = new Map(found.map(({ checkpoint, text }) => [checkpoint, text]));
  const of = (checkpoint: Checkpoint) => own.get(checkpoint) ?? ownTemplates[checkpoint];
  return { 75: of(75), 90: of(90), 100: of(100) };
}

interface Found {
  readonly path: string;
  readonly checkpoint: Checkpoint | null;
  readonly text: string;
  readonly problem: string | null;
}

async function readFolder(folder: string): Promise<Found[]> {
  try {
    const names = (await readdir(folder)).filter((name) => name.endsWith('.md'));
    return (await Promise.all(names.map((name) => readOne(folder, name)))).flat();
  } catch (thrown) {
    const text = `gas.templates: ${resolve(folder)} cannot be read (${errorText(thrown)}); make it, or leave the key out; it counts from the folder in which Swarmline was started`;
    throw new SwarmError(coreErrors.configInvalid, text, { cause: thrown });
  }
}

async function readOne(folder: string, name: string): Promise<Found[]> {
  const path = join(folder, name);
  const checkpoint = checkpoints.find((one) => name === `${one}.md`) ?? null;
  const because = (problem: string, text = ''): Found => ({ path, checkpoint, text, problem });
  if (checkpoint === null)
    return [because(`no checkpoint has that name; ${checkpoints.join('.md, ')}.md do`)];
  const text = await readFile(path, 'utf8');
  if (Buffer.byteLength(text) > longest) return [because(`longer than ${longest} bytes; shorten it`)];
  const problems = templateProblems(text);
  return problems.length === 0
    ? [{ path, checkpoint, text, problem: null }]
    : problems.map((problem) => because(problem));
}
