import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { environmentLayer, fileLayer, type Layer, mergeLayers } from '../../../src/core/config/load.ts';

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
const environment = (env: NodeJS.ProcessEnv) =>
  environmentLayer(env, { REDIS_URL: 'redis.url', NAME: 'name' });
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
        'the configuration has 3 problem(s):',
        '  redis.url: Invalid URL (from default.yaml)',
        '  loud: Invalid input: expected boolean, received string (from local.yaml)',
        '  agents.0: Invalid input: expected string, received number (from local.yaml)',
      ].join('\n'),
    );
  });

  it('names the layer whose section lacks a key', () => {
    const agents = z.strictObject({ agents: z.array(z.strictObject({ id: z.string(), inbox: z.string() })) });
    const merge = () => mergeLayers(agents, [layer('local.yaml', { agents: [{ id: 'a' }] })]);
    expect(merge).toThrow(
      'agents.0.inbox: Invalid input: expected string, received undefined (from local.yaml)',
    );
  });

  it('names an unknown key, and the layer that has it', () => {
    const layers = [
      layer('default.yaml', { redis: {} }),
      layer('local.yaml', { redis: { prot: 1 } }),
      layer('environment', { redis: { url: 'redis://x' } }),
    ];
    expect(problems(layers)).toContain('redis.prot: there is no such key (from local.yaml)');
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
    await expect(fileLayer(path, { optional: true })).rejects.toThrow(/a\.yaml: .*line 2/s);
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
    expect((await environment({ REDIS_URL: 'redis://x' })).values).toEqual({ redis: { url: 'redis://x' } });
  });

  it('sets any key by SWARMLINE_SECTION__KEY, in camel case', async () => {
    const { values } = await environment({
      SWARMLINE_PIPELINE__ACK_TIMEOUT_MS: '5',
      SWARMLINE_MY_PART__X: '6',
    });
    expect(values).toEqual({ pipeline: { ackTimeoutMs: '5' }, myPart: { x: '6' } });
  });

  it('takes an empty variable for unset', async () => {
    expect((await environment({ REDIS_URL: '', SWARMLINE_A__B: '' })).values).toEqual({});
  });

  it('reads a secret from the file that NAME_FILE names, without its line end', async () => {
    const path = await file('secret', 'hush\n');
    expect((await environment({ NAME_FILE: path })).values).toEqual({ name: 'hush' });
  });

  it('prefers the file to the variable', async () => {
    const path = await file('secret', 'hush');
    expect((await environment({ NAME: 'loud', NAME_FILE: path })).values).toEqual({ name: 'hush' });
  });

  it('names the variable whose secret file cannot be read', async () => {
    await expect(environment({ NAME_FILE: join(dir, 'none') })).rejects.toThrow(/^NAME_FILE: /);
  });

  it('ignores what is not meant for Swarmline', async () => {
    const { values } = await environment({ PATH: '/bin', SWARMLINE_CONFIG: 'x', HOME: '/root' });
    expect(values).toEqual({});
  });

  it('says a number where the schema wants one', async () => {
    const { redis } = mergeLayers(strict, [await environment({ SWARMLINE_REDIS__PORT: '6379' })]);
    expect(redis.port).toBe(6379);
  });

  it('says a list where the schema wants one', async () => {
    const textual = { ...layer('environment', { agents: '[a, b]' }), textual: true };
    expect(mergeLayers(strict, [textual]).agents).toEqual(['a', 'b']);
  });

  it('keeps a text that looks like a number where the schema wants a text', async () => {
    expect(mergeLayers(strict, [await environment({ NAME: '80351110224678912' })]).name).toBe(
      '80351110224678912',
    );
  });

  it('is told as the origin of a text that is no number', async () => {
    expect(problems([await environment({ SWARMLINE_REDIS__PORT: 'many' })])).toContain(
      'redis.port: Invalid input: expected number, received string (from environment)',
    );
  });

  it('alone may say a number as text: a file that does has a problem', () => {
    expect(problems([layer('local.yaml', { redis: { port: '6379' } })])).toContain('(from local.yaml)');
  });
});
