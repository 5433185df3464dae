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
}

/** Environment variables with names of their own → configuration path, as in `REDIS_URL` → `redis.url`. */
export type WellKnown = Readonly<Record<string, string>>;

/** Reads a YAML or JSON file as a layer. An absent file is an empty layer when `optional`. @throws SwarmError CONFIG_INVALID */
export async function fileLayer(path: string, { optional }: { readonly optional: boolean }): Promise<Layer> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (optional) return { origin: path, values: {} };
    throw new SwarmError(coreErrors.configInvalid, `${path}: ${errorText(cause)}`, { cause });
  }
  try {
    return { origin: path, values: parse(text.replace(/^\uFEFF/, '')) ?? {} };
  } catch (cause) {
    throw new SwarmError(coreErrors.configInvalid, `${path}: ${errorText(cause)}`, { cause });
  }
}

/**
 * The environment as a layer: well-known names, each also as `NAME_FILE` whose content is the value, and
 * `SWARMLINE_<SECTION>__<KEY>` for every other key. @throws SwarmError CONFIG_INVALID for a secret file that cannot be read
 */
export async function environmentLayer(env: NodeJS.ProcessEnv, wellKnown: WellKnown): Promise<Layer> {
  const values: Record<string, unknown> = {};
  for (const [name, raw] of Object.entries(env)) {
    const path = sectionPath(name) ?? wellKnown[name];
    if (path !== undefined && raw) put(values, path.split('.'), raw);
  }
  for (const [name, path] of Object.entries(wellKnown)) {
    const file = env[`${name}_FILE`];
    if (!file) continue;
    try {
      put(values, path.split('.'), (await readFile(file, 'utf8')).trim());
    } catch (cause) {
      throw new SwarmError(coreErrors.configInvalid, `${name}_FILE: ${errorText(cause)}`, { cause });
    }
  }
  return { origin: 'environment', values };
}

/** Merges the layers, lowest first, and parses. @throws SwarmError CONFIG_INVALID naming every bad key, what is wrong and its origin */
export function mergeLayers<S extends z.ZodType>(schema: S, layers: readonly Layer[]): z.infer<S> {
  const merged = layers.reduce<Tree>((sum, { values }) => merge(sum, isTree(values) ? values : {}), {});
  const parsed = schema.safeParse(merged);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const path = issue.path.map(String);
    const origin = layers.findLast(({ values }) => has(values, path))?.origin ?? 'nowhere';
    return `  ${path.join('.') || '(root)'}: ${issue.message} (from ${origin})`;
  });
  throw new SwarmError(
    coreErrors.configInvalid,
    `the configuration has ${problems.length} problem(s):\n${problems.join('\n')}`,
  );
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
    if (value === '' || value === undefined || value === null) continue;
    const under = sum[key];
    sum[key] = isTree(under) && isTree(value) ? merge(under, value) : value;
  }
  return sum;
}

function put(tree: Record<string, unknown>, [head = '', ...rest]: readonly string[], value: string): void {
  if (rest.length === 0) {
    tree[head] = value;
    return;
  }
  const under = tree[head];
  const branch: Record<string, unknown> = isTree(under) ? { ...under } : {};
  put(branch, rest, value);
  tree[head] = branch;
}

function has(values: unknown, [head, ...rest]: readonly string[]): boolean {
  if (head === undefined) return true;
  return isTree(values) && Object.hasOwn(values, head) && has(values[head], rest);
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
