import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { explain } from '../../../src/core/config/explain.ts';
import {
  environmentLayer,
  fileLayer,
  flagLayer,
  type Layer,
  mergeLayers,
  secretLayer,
} from '../../../src/core/config/load.ts';
import { secretSchema } from '../../../src/core/config/secret-schema.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarmline-config-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const file = async (name: string, text: string) => {
  const path = join(dir, name);
  await writeFile(path, text);
  return path;
};
const layer = (origin: string, values: unknown): Layer => ({ origin, values });
const open = z.looseObject({});
const strict = z.strictObject({
  redis: z.strictObject({ url: z.url().optional(), port: z.number().optional() }).prefault({}),
  loud: z.boolean().default(false),
  agents: z.array(z.string()).default([]),
  name: z.string().default('nobody'),
});
const wellKnown = { REDIS_URL: 'redis.url', NAME: 'name' };
const environment = (env: NodeJS.ProcessEnv) => environmentLayer(env, wellKnown);
const secrets = (env: NodeJS.ProcessEnv, folder?: string) => secretLayer({ env, wellKnown, folder });
const problems = (layers: readonly Layer[]) => {
  try {
    mergeLayers(strict, layers);
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : '';
  }
  return 'none';
};

describe('the merging of layers', () => {
  it('lets the later layer win, key by key', () => {
    const low = layer('low', { a: { x: 1, y: 1 }, b: 1 });
    expect(mergeLayers(open, [low, layer('high', { a: { y: 2 } })])).toEqual({ a: { x: 1, y: 2 }, b: 1 });
  });

  it.each([[''], [null], [undefined]])('takes %j for unset', (empty) => {
    expect(mergeLayers(open, [layer('low', { a: 1 }), layer('high', { a: empty })])).toEqual({ a: 1 });
  });

  it('does not take 0 or false for unset', () => {
    const low = layer('low', { a: 1, b: true });
    expect(mergeLayers(open, [low, layer('high', { a: 0, b: false })])).toEqual({ a: 0, b: false });
  });

  it('replaces a list instead of merging it', () => {
    const low = layer('low', { agents: ['a', 'b', 'c'] });
    expect(mergeLayers(open, [low, layer('high', { agents: ['d'] })])).toEqual({ agents: ['d'] });
  });
});

describe('a configuration that is not valid', () => {
  it('is told with all its problems at once, each with path and origin', () => {
    const layers = [
      layer('default.yaml', { redis: { url: 'nonsense' } }),
      layer('local.yaml', { loud: 'perhaps', agents: [1] }),
    ];
    expect(problems(layers)).toBe(
      [
        'the configuration has 3 problems:',
        '  redis.url: expected a valid url, got "nonsense" (from default.yaml)',
        '  loud: expected true or false, got "perhaps" (from local.yaml)',
        '  agents.0: expected a string, got 1 (from local.yaml); put it in quotes: "…"',
      ].join('\n'),
    );
  });

  it('names the layer whose section lacks a key', () => {
    const agents = z.strictObject({ agents: z.array(z.strictObject({ id: z.string(), inbox: z.string() })) });
    const merge = () => mergeLayers(agents, [layer('local.yaml', { agents: [{ id: 'a' }] })]);
    expect(merge).toThrow('agents.0.inbox: it is missing; expected a string (from local.yaml)');
  });

  it('names an unknown key, and the layer that has it', () => {
    const layers = [
      layer('default.yaml', { redis: {} }),
      layer('local.yaml', { redis: { prot: 1 } }),
      layer('environment', { redis: { url: 'redis://x' } }),
    ];
    expect(problems(layers)).toContain(
      'redis.prot: there is no such key (from local.yaml); did you mean port?',
    );
  });

  it('does not name a layer as origin whose value was unset', () => {
    const layers = [layer('default.yaml', { name: 1 }), layer('local.yaml', { name: '' })];
    expect(problems(layers)).toContain('(from default.yaml)');
  });

  it('has a code that stands for exit status 78', () => {
    expect(() => mergeLayers(strict, [layer('x', { loud: 1 })])).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});

describe('a file', () => {
  it('is read as YAML, or as JSON, which is YAML', async () => {
    const yaml = await fileLayer(await file('a.yaml', 'a: 1'), { optional: false });
    const json = await fileLayer(await file('a.json', '{"a": 1}'), { optional: false });
    expect([yaml.values, json.values]).toEqual([{ a: 1 }, { a: 1 }]);
  });

  it('may begin with a byte order mark', async () => {
    const { values } = await fileLayer(await file('a.yaml', '\uFEFFa: 1'), { optional: false });
    expect(values).toEqual({ a: 1 });
  });

  it('is an empty layer when it holds nothing but comments', async () => {
    const { values } = await fileLayer(await file('a.yaml', '# nothing\n'), { optional: false });
    expect(values).toEqual({});
  });

  it('may be absent where it is optional', async () => {
    const { values } = await fileLayer(join(dir, 'none.yaml'), { optional: true });
    expect(values).toEqual({});
  });

  it('is named when it is absent and must not be', async () => {
    const path = join(dir, 'none.yaml');
    await expect(fileLayer(path, { optional: false })).rejects.toThrow(path);
  });

  it('is named when it is broken, with the line', async () => {
    const path = await file('a.yaml', 'a: 1\nb: [1, 2');
    await expect(fileLayer(path, { optional: true })).rejects.toThrow(/a\.yaml:2:\d+: /);
  });

  it('is refused when it holds a list instead of keys', async () => {
    const path = await file('a.yaml', '- 1\n- 2\n');
    await expect(fileLayer(path, { optional: true })).rejects.toThrow(`${path}: it must be a mapping`);
  });

  it('is not taken for absent when it cannot be read', async () => {
    // a folder in its place: root reads every file
    await expect(fileLayer(dir, { optional: true })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('the environment', () => {
  it('sets a key by its well-known name', async () => {
    expect(environment({ REDIS_URL: 'redis://x' }).values).toEqual({ redis: { url: 'redis://x' } });
  });

  it('sets any key by SWARMLINE_SECTION__KEY, in camel case', async () => {
    const { values } = environment({
      SWARMLINE_PIPELINE__ACK_TIMEOUT_MS: '5',
      SWARMLINE_MY_PART__X: '6',
    });
    expect(values).toEqual({ pipeline: { ackTimeoutMs: '5' }, myPart: { x: '6' } });
  });

  it('takes an empty variable for unset', async () => {
    expect(environment({ REDIS_URL: '', SWARMLINE_A__B: '' }).values).toEqual({});
  });

  it('reads a secret from the file that NAME_FILE names, without its line end', async () => {
    const path = await file('secret', 'hush\n');
    expect((await secrets({ NAME_FILE: path })).values).toEqual({ name: 'hush' });
  });

  it('prefers the file to the variable', async () => {
    const path = await file('secret', 'hush');
    const env = { NAME: 'loud', NAME_FILE: path };
    expect(mergeLayers(strict, [environment(env), await secrets(env)]).name).toBe('hush');
  });

  it('names the variable whose secret file cannot be read', async () => {
    await expect(secrets({ NAME_FILE: join(dir, 'none') })).rejects.toThrow(/^NAME_FILE: /);
  });

  it('ignores what is not meant for Swarmline', async () => {
    const { values } = environment({ PATH: '/bin', SWARMLINE_CONFIG: 'x', HOME: '/root' });
    expect(values).toEqual({});
  });

  it('says a number where the schema wants one', async () => {
    const { redis } = mergeLayers(strict, [environment({ SWARMLINE_REDIS__PORT: '6379' })]);
    expect(redis.port).toBe(6379);
  });

  it('says a list where the schema wants one', async () => {
    const textual = { ...layer('environment', { agents: '[a, b]' }), textual: true };
    expect(mergeLayers(strict, [textual]).agents).toEqual(['a', 'b']);
  });

  it('keeps a text that looks like a number where the schema wants a text', async () => {
    expect(mergeLayers(strict, [environment({ NAME: '80351110224678912' })]).name).toBe('80351110224678912');
  });

  it('is told as the origin of a text that is no number', async () => {
    expect(problems([environment({ SWARMLINE_REDIS__PORT: 'many' })])).toContain(
      'redis.port: expected a number, got "many" (from SWARMLINE_REDIS__PORT)',
    );
  });

  it('alone may say a number as text: a file that does has a problem', () => {
    expect(problems([layer('local.yaml', { redis: { port: '6379' } })])).toContain('(from local.yaml)');
  });
});

describe('a folder of secrets', () => {
  it('holds a file per secret, called like its variable or its path', async () => {
    await file('NAME', 'hush\n');
    await file('redis.url', 'redis://secret\n');
    await file('..data', 'not a secret');
    expect((await secrets({}, dir)).values).toEqual({ name: 'hush', redis: { url: 'redis://secret' } });
  });

  it('refuses a name that means nothing, instead of losing the secret', async () => {
    await file('TOKN', 'hush');
    await expect(secrets({}, dir)).rejects.toThrow(/TOKN is no known name/);
  });

  it('is named when it is not there', async () => {
    await expect(secrets({}, join(dir, 'none'))).rejects.toThrow(/^SWARMLINE_SECRETS_DIR: /);
  });
});

describe('flags', () => {
  it('win over all other layers', () => {
    const layers = [layer('low', { redis: { port: 1 } }), flagLayer(['redis.port=2'])];
    expect(mergeLayers(strict, layers).redis.port).toBe(2);
  });

  it('are refused without a value', () => {
    expect(() => flagLayer(['loud'])).toThrow('--set loud: expected PATH=VALUE');
  });
});

describe('the order of the layers', () => {
  const word = fc.option(fc.stringMatching(/^[a-z]{1,5}$/), { nil: undefined });

  it('is: defaults < file < environment < secret files < flags, whichever of them are set', async () => {
    await fc.assert(
      fc.asyncProperty(fc.tuple(word, word, word, word), async ([low, variable, secret, flag]) => {
        const layers = [
          layer('file', { name: low }),
          environment({ NAME: variable }),
          await secrets(secret === undefined ? {} : { NAME_FILE: await file('secret', secret) }),
          flagLayer(flag === undefined ? [] : [`name=${flag}`]),
        ];
        expect(mergeLayers(strict, layers).name).toBe(flag ?? secret ?? variable ?? low ?? 'nobody');
      }),
      { numRuns: 50 },
    );
  });
});

describe('F29: a file that is no configuration', () => {
  const aliases = Array.from({ length: 12 }, (_, i) =>
    i === 0 ? 'a0: &a0 [x, x]' : `a${i}: &a${i} [*a${i - 1}, *a${i - 1}, *a${i - 1}]`,
  ).join('\n');

  it.each([
    ['binary', 'a: \0\u0001', /it is not text/],
    ['two of one key', 'a: 1\na: 2\n', /f\.yaml:2:1: Map keys must be unique/],
    ['an alias bomb', aliases, /alias/i],
    ['a tab', 'a:\n\tb: 1\n', /f\.yaml:2:1: /],
    ['a list', '- 1', /it must be a mapping/],
    ['a megabyte', `a: ${'x'.repeat(1_000_000)}`, /larger than 1000000 bytes/],
    ['garbage', '{{{{: ]]', /f\.yaml:1:\d+: /],
  ])('%s is refused by name and line', async (_, text, message) => {
    const path = await file('f.yaml', text);
    await expect(fileLayer(path, { optional: true })).rejects.toThrow(message);
    await expect(fileLayer(path, { optional: true })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('an explanation', () => {
  const schema = z.strictObject({
    token: secretSchema.optional(),
    redis: z.strictObject({ url: z.string().optional(), port: z.number().default(1) }).prefault({}),
  });

  it('has of every key the value, its place, and what it overrode, and shows no secret', async () => {
    const path = await file('f.yaml', 'redis:\n  url: redis://me:planted@host\n  port: 2\ntoken: planted\n');
    const layers = [await fileLayer(path, { optional: false }), flagLayer(['redis.port=3'])];
    const told = explain(schema, layers, mergeLayers(schema, layers));
    expect(told).toEqual([
      { key: 'token', value: '[secret]', origin: `${path}:4`, overrode: [] },
      { key: 'redis.url', value: '"redis://me:***@host"', origin: `${path}:2`, overrode: [] },
      {
        key: 'redis.port',
        value: '3',
        origin: '--set redis.port',
        overrode: [{ value: '2', origin: `${path}:3` }],
      },
    ]);
  });

  it('says what nobody set', () => {
    expect(explain(schema, [], mergeLayers(schema, []))).toContainEqual({
      key: 'redis.url',
      value: '(unset)',
      origin: 'default',
      overrode: [],
    });
  });
});

describe('a problem with a secret', () => {
  it('does not show it', () => {
    const schema = z.strictObject({ token: secretSchema });
    const merge = () => mergeLayers(schema, [layer('f.yaml', { token: ['planted'] })]);
    expect(merge).toThrow('token: expected a string, got something else (from f.yaml)');
  });

  it('does not show a section that stands where a text should', () => {
    const schema = z.strictObject({ url: z.string() });
    const merge = () => mergeLayers(schema, [layer('f.yaml', { url: { password: 'planted' } })]);
    expect(merge).toThrow('url: expected a string, got a section with keys (from f.yaml)');
  });
});
