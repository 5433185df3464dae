// Where the platform of this configuration keeps its files, and the port it listens on; without loading what it is made of.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { fileLayer } from '../core/config/load.ts';
import type { Io } from './io.ts';

const lockSchema = z.object({ api: z.number() });
const localSchema = z.looseObject({
  home: z.string().optional(),
  api: z.looseObject({ port: z.coerce.number().optional() }).optional(),
});

/** @throws SwarmError CONFIG_INVALID for a local file that cannot be read */
export async function whereabouts({
  env,
  root,
}: Pick<Io, 'env' | 'root'>): Promise<{ home: string; port: number }> {
  const file = resolve(env['SWARMLINE_CONFIG'] || join(root, 'config/local.yaml'));
  const local = localSchema.safeParse((await fileLayer(file, { optional: true })).values).data;
  const home = resolve(env['SWARMLINE_HOME'] || local?.home || '.swarmline');
  const given = Number(env['SWARMLINE_API_PORT'] || 0);
  return { home, port: given || (await runningPort(home)) || local?.api?.port || 7700 };
}

async function runningPort(home: string): Promise<number | undefined> {
  try {
    const text = await readFile(join(home, 'run/platform.json'), 'utf8');
    return lockSchema.parse(JSON.parse(text)).api;
  } catch {
    // Not there, or not ours: the configured port it is.
    return undefined;
  }
}
