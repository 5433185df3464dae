// Configuration in layers: defaults < files < environment < secret files < flags. Later layers win key by key;
// an empty string means unset; every problem is reported at once, with the place the value came from.
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { z } from 'zod';
import { coreErrors, errorText, SwarmError } from '../errors.ts';

type Tree = { readonly [key: string]: unknown };

export interface Layer {
  /** Where it comes from, for messages: a file, `environment`, `flags`. */
  readonly origin: string;
  readonly values: unknown;
  /** Whether every value is text, as in an environment; such a text is read as YAML where the schema wants another type. */
  readonly textual?: boolean;
}

/** Environment variables with names of their own → configuration path, as in `REDIS_URL` → `redis.url`. */
export type WellKnown = Readonly<Record<string, string>>;

/** Reads a YAML or JSON file as a layer. An absent file is an empty layer when `optional`. @throws SwarmError CONFIG_INVALID */
export async function fileLayer(path: string, { optional }: { readonly optional: boolean }): Promise<Layer> {
  try {
    const values: unknown = parse((await readFile(path, 'utf8')).replace(/^\uFEFF/, '')) ?? {};
    if (isTree(values)) return { origin: path, values };
  } catch (cause) {
    // Only a file that is not there counts as absent: one that cannot be read would be ignored in silence.
    if (optional && isTree(cause) && cause['code'] === 'ENOENT') return { origin: path, values: {} };
    throw new SwarmError(coreErrors.configInvalid, `${path}: ${errorText(cause)}`, { cause });
  }
  throw new SwarmError(coreErrors.configInvalid, `${path}: it must be a mapping of keys to values`);
}

/**
 * The environment as a layer: well-known names, each also as `NAME_FILE` whose content is the value, and
 * `SWARMLINE_<SECTION>__<KEY>` for every other key. @throws SwarmError CONFIG_INVALID for a secret file that cannot be read
 */
export async function environmentLayer(env: NodeJS.ProcessEnv, wellKnown: WellKnown): Promise<Layer> {
  let values: Tree = {};
  for (const [name, raw] of Object.entries(env)) {
    const path = sectionPath(name) ?? wellKnown[name];
    if (path !== undefined && raw) values = put(values, path.split('.'), raw);
  }
  for (const [name, path] of Object.entries(wellKnown)) {
    const file = env[`${name}_FILE`];
    if (!file) continue;
    try {
      values = put(values, path.split('.'), (await readFile(file, 'utf8')).trim());
    } catch (cause) {
      throw new SwarmError(coreErrors.configInvalid, `${name}_FILE: ${errorText(cause)}`, { cause });
    }
  }
  return { origin: 'environment', values, textual: true };
}

/** Merges the layers, lowest first, and parses. @throws SwarmError CONFIG_INVALID naming every bad key, what is wrong and its origin */
export function mergeLayers<S extends z.ZodType>(schema: S, layers: readonly Layer[]): z.infer<S> {
  const merged = layers.reduce<Tree>((sum, { values }) => merge(sum, isTree(values) ? values : {}), {});
  const first = schema.safeParse(merged);
  if (first.success) return first.data;
  const parsed = schema.safeParse(readTexts(merged, layers, first.error.issues));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap(problemsOf).map(({ path, message }) => {
    const origin = originOf(layers, path)?.origin ?? 'nowhere';
    return `  ${path.join('.') || '(root)'}: ${message} (from ${origin})`;
  });
  throw new SwarmError(
    coreErrors.configInvalid,
    `the configuration has ${problems.length} problem(s):\n${problems.join('\n')}`,
  );
}

type Issue = z.core.$ZodIssue;

// An unknown key is reported by zod at its section, but has an origin of its own.
function problemsOf(issue: Issue): { readonly path: readonly string[]; readonly message: string }[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }];
  return issue.keys.map((key) => ({ path: [...path, key], message: 'there is no such key' }));
}

function readTexts(merged: Tree, layers: readonly Layer[], issues: readonly Issue[]): Tree {
  return issues.reduce<Tree>((tree, issue) => {
    const path = issue.path.map(String);
    const text = valueAt(tree, path);
    if (issue.code !== 'invalid_type' || typeof text !== 'string') return tree;
    return originOf(layers, path)?.textual ? put(tree, path, readText(text)) : tree;
  }, merged);
}

function readText(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text;
  }
}

/** The layer whose value counts; of a value that is missing, the layer that its section comes from. */
function originOf(layers: readonly Layer[], path: readonly string[]): Layer | undefined {
  const found = layers.findLast(({ values }) => !isUnset(valueAt(values, path)));
  return found ?? (path.length > 1 ? originOf(layers, path.slice(0, -1)) : undefined);
}

// SWARMLINE_PIPELINE__ACK_TIMEOUT_MS -> pipeline.ackTimeoutMs
function sectionPath(name: string): string | undefined {
  const match = /^SWARMLINE_([A-Z0-9]+(?:_[A-Z0-9]+)*?)__([A-Z0-9_]+)$/.exec(name);
  return match ? [match[1], match[2]].map((part) => camel(part ?? '')).join('.') : undefined;
}

function camel(name: string): string {
  return name.toLowerCase().replaceAll(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function merge(low: Tree, high: Tree): Tree {
  const sum: Record<string, unknown> = { ...low };
  for (const [key, value] of Object.entries(high)) {
    if (isUnset(value)) continue;
    const under = sum[key];
    sum[key] = isTree(under) && isTree(value) ? merge(under, value) : value;
  }
  return sum;
}

function put(tree: Tree, [head = '', ...rest]: readonly string[], value: unknown): Tree {
  if (rest.length === 0) return { ...tree, [head]: value };
  const under = tree[head];
  return { ...tree, [head]: put(isTree(under) ? under : {}, rest, value) };
}

function valueAt(values: unknown, [head, ...rest]: readonly string[]): unknown {
  if (head === undefined) return values;
  const holds = typeof values === 'object' && values !== null && Object.hasOwn(values, head);
  return holds ? valueAt(Reflect.get(values, head), rest) : undefined;
}

function isUnset(value: unknown): boolean {
  return value === '' || value === undefined || value === null;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
