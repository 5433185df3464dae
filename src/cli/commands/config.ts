// `swarmline config`: check a file, explain where each value comes from, print the schemas. Loads schemas and nothing else.
import { join } from 'node:path';
import { z } from 'zod';
import { configSchema, fileSchemas, isFileSchema, loadConfig } from '../../app/config.ts';
import { type Explained, explain } from '../../core/config/explain.ts';
import { fileLayer, mergeLayers } from '../../core/config/load.ts';
import { coreErrors, SwarmError } from '../../core/errors.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';

/** Checks one file as if it were the local configuration. @throws SwarmError CONFIG_INVALID with every problem */
export async function configCheck(file: string, io: Io): Promise<ExitCode> {
  const defaults = await fileLayer(join(io.root, 'config/default.yaml'), { optional: false });
  mergeLayers(configSchema, [defaults, await fileLayer(file, { optional: false })]);
  io.stdout.write(`${file}: ok\n`);
  return exitCodes.ok;
}

export interface ExplainOptions {
  readonly json: boolean;
  readonly set: readonly string[];
}

/** Explains every key, a section (`discord`) or one key (`discord.token`). @throws SwarmError CONFIG_INVALID */
export async function configExplain(
  wanted: string | undefined,
  options: ExplainOptions,
  io: Io,
): Promise<ExitCode> {
  // The demo world is only looked at where it stands in for a configuration.
  const demoLayer = async (home: string, root: string) =>
    (await import('../../demo/config-layer.ts')).demoLayer(home, root);
  const { layers, config } = await loadConfig(io.env, {
    root: io.root,
    demo: false,
    settings: options.set,
    demoLayer,
  });
  const all = explain(configSchema, layers, config);
  const found = all.filter(({ key }) => !wanted || key === wanted || key.startsWith(`${wanted}.`));
  if (found.length === 0) {
    const sections = [...new Set(all.map(({ key }) => key.split('.')[0]))];
    throw new SwarmError(
      coreErrors.configInvalid,
      `there is no key ${wanted}; the sections are ${sections.join(', ')}`,
    );
  }
  io.stdout.write(options.json ? `${JSON.stringify(found)}\n` : found.map(lines).join(''));
  return exitCodes.ok;
}

function lines({ key, value, origin, overrode }: Explained): string {
  const under = overrode.map((lower) => `    overrode ${lower.value} (from ${lower.origin})\n`);
  return `${key} = ${value} (from ${origin})\n${under.join('')}`;
}

/** The JSON Schema of a file under config/, for editors. @throws SwarmError CONFIG_INVALID for a name without a schema */
export function configSchemaText(name: string): string {
  if (!isFileSchema(name)) {
    const there = Object.keys(fileSchemas).join(', ');
    throw new SwarmError(coreErrors.configInvalid, `there is no schema of ${name}; there are ${there}`);
  }
  const schema = z.toJSONSchema(fileSchemas[name], { unrepresentable: 'any', io: 'input' });
  return `${JSON.stringify({ ...schema, title: titles[name] }, null, 2)}\n`;
}

const titles = {
  swarmline: 'Swarmline configuration',
  policy: 'Swarmline policy: who may do what',
  chain: 'Swarmline chain: who hands over to whom',
} as const;
