// What differs between two readings of a configuration or of a file beside it, key by key, fit to be shown. Pure.
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { Secret } from '../secret.ts';
import { schemaKeys } from './schema-keys.ts';
import { shown } from './shown.ts';
import { isTree, valueAt } from './tree.ts';

/** One key that changed; `from` and `to` as `shown` has them. */
export interface Changed {
  readonly key: string;
  readonly from: string;
  readonly to: string;
}

/** Of all keys of a schema. */
export function changesOf(schema: z.ZodType, before: unknown, after: unknown): readonly Changed[] {
  return schemaKeys(schema).flatMap(({ path, secret }) => {
    const [from, to] = [valueAt(before, path), valueAt(after, path)];
    if (isEqual(from, to)) return [];
    return [{ key: path.join('.'), from: shown(from, secret), to: shown(to, secret) }];
  });
}

/**
 * Of a document whose keys no schema tells one by one; what lies in lists of named things goes by its name. @param root what
 * the document is called, the beginning of each key
 */
export function documentChanges(root: string, before: unknown, after: unknown): readonly Changed[] {
  if (isEqual(before, after)) return [];
  const [old, next] = [branchesOf(before), branchesOf(after)];
  if (old === null || next === null) return [{ key: root, from: shown(before), to: shown(after) }];
  const keys = [...new Set([...old.keys(), ...next.keys()])];
  return keys.flatMap((key) => documentChanges(`${root}.${key}`, old.get(key), next.get(key)));
}

/** Also where secrets are compared, which look alike. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a instanceof Secret && b instanceof Secret) return a.equals(b);
  return isDeepStrictEqual(a, b);
}

/** What lies below, by name; null for what is a value of its own. */
function branchesOf(value: unknown): ReadonlyMap<string, unknown> | null {
  if (isTree(value)) return new Map(Object.entries(value));
  if (!Array.isArray(value)) return null;
  const named = value.flatMap((one: unknown) => {
    const name = isTree(one) ? one['name'] : undefined;
    return typeof name === 'string' ? [[name, one] as const] : [];
  });
  return new Map(named).size === value.length ? new Map(named) : null;
}
