// config/default.yaml is what the schemas say, both ways; and the other files under config/ are valid as they stand.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPolicy } from '../../src/access/index.ts';
import { configSchema, fileSchemas } from '../../src/app/config.ts';
import { type Role, roles } from '../../src/app/index.ts';
import { reloadClasses } from '../../src/app/reload-classes.ts';
import { configSchemaText } from '../../src/cli/commands/config.ts';
import { catalogue } from '../../src/commands/index.ts';
import { fileLayer, mergeLayers } from '../../src/core/config/load.ts';
import { schemaKeys } from '../../src/core/config/schema-keys.ts';
import { demoAgents } from '../../src/demo/cast.ts';
import { loadChain } from '../../src/pipeline/index.ts';

const folder = join(import.meta.dirname, '../../config');
const text = readFileSync(join(folder, 'default.yaml'), 'utf8');

describe('config/default.yaml', () => {
  it('says of every key what its schema has for a default', async () => {
    const file = await fileLayer(join(folder, 'default.yaml'), { optional: false });
    expect(mergeLayers(configSchema, [file])).toEqual(configSchema.parse({}));
  });

  it('names every key that there is, also those without a default', () => {
    expect(keysOfSchema().filter((key) => !keysOfFile().includes(key))).toEqual([]);
  });

  it('names no key that there is not', () => {
    expect(keysOfFile().filter((key) => !keysOfSchema().includes(key))).toEqual([]);
  });
});

it.each(Object.keys(fileSchemas))(
  'has in config/%s.schema.json what `swarmline config schema` prints',
  (name) => {
    expect(readFileSync(join(folder, `${name}.schema.json`), 'utf8')).toBe(configSchemaText(name));
  },
);

it('names each schema in the file that it is of', () => {
  for (const name of ['policy', 'chain', 'demo-chain']) {
    const [first] = readFileSync(join(folder, `${name}.yaml`), 'utf8').split('\n');
    expect(first).toBe(`# yaml-language-server: $schema=${name.replace('demo-', '')}.schema.json`);
  }
});

it('knows of every key what its change takes to come into force, and of no other', () => {
  expect(Object.keys(reloadClasses).toSorted()).toEqual(keysOfSchema().toSorted());
});

describe('config/policy.yaml', () => {
  const policy = () => loadPolicy(join(folder, 'policy.yaml'));

  it('is sound', async () => {
    expect((await policy()).broken).toBeNull();
  });

  it('lets whoever owns the machine do everything that there is to do', async () => {
    const { allows } = await policy();
    const wishes = catalogue.map((spec) =>
      spec.kind === 'question' || spec.kind === 'word'
        ? (spec.kind === 'question' && spec.permission) || 'ask'
        : spec.permission({ service: 'slam' }),
    );
    const asked = ['console:local', 'cli:local'].flatMap((who) => wishes.map((wish) => ({ who, wish })));
    const answers = await Promise.all(
      asked.map(async ({ who, wish }) => ({ who, wish, may: await allows(who, wish) })),
    );
    expect(answers.filter(({ may }) => !may)).toEqual([]);
  });

  it('lets a stranger ask and do nothing', async () => {
    const { allows } = await policy();
    expect([await allows('discord:1', 'ask'), await allows('discord:1', 'service.restart:slam')]).toEqual([
      true,
      false,
    ]);
  });
});

describe('the chains', () => {
  it('are valid as they stand', async () => {
    const chains = readdirSync(folder).filter((name) => name.endsWith('chain.yaml'));
    expect(chains).toEqual(['chain.yaml', 'demo-chain.yaml']);
    await expect(loadChain(join(folder, 'chain.yaml'), [])).resolves.toBeDefined();
    await expect(loadChain(join(folder, 'demo-chain.yaml'), demoAgents)).resolves.toBeDefined();
  });
});

it('names every role in the help of `swarmline up`', () => {
  const program = readFileSync(join(import.meta.dirname, '../../src/cli/program.ts'), 'utf8');
  const named = /only these roles: ([a-z, ]+)/.exec(program)?.[1]?.split(', ');
  expect(named).toEqual(roles satisfies readonly Role[]);
});

/** `section.key` of every key of the schemas. */
function keysOfSchema(): string[] {
  return schemaKeys(configSchema).map(({ path }) => path.join('.'));
}

/** `section.key` of every line of the file that sets a key, or would if its `#` were taken away. */
function keysOfFile(): string[] {
  let section = '';
  return text.split('\n').flatMap((line) => {
    const [, indent = '', key = '', value = ''] =
      /^( *)(?:# )?([a-z][a-zA-Z]*):(?: +([^#\s].*?))?(?: +#.*| {2,}.*)?$/.exec(line) ?? [];
    if (key === '') return [];
    if (indent !== '') return [`${section}.${key}`];
    section = key;
    return value === '' || value === '{}' ? [] : [key];
  });
}
