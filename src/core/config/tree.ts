// Trees of keys and values: what a configuration is before a schema has looked at it. Nothing here changes its input.

export type Tree = { readonly [key: string]: unknown };
export type Path = readonly string[];

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An empty string means unset, as do null and nothing. */
export function isUnset(value: unknown): boolean {
  return value === '' || value === undefined || value === null;
}

/** The higher tree wins key by key; what it leaves unset, and only that, comes from below. Lists are replaced whole. */
export function merge(low: Tree, high: Tree): Tree {
  const sum: Record<string, unknown> = { ...low };
  for (const [key, value] of Object.entries(high)) {
    if (isUnset(value)) continue;
    const under = sum[key];
    sum[key] = isTree(under) && isTree(value) ? merge(under, value) : value;
  }
  return sum;
}

export function put(tree: Tree, [head = '', ...rest]: Path, value: unknown): Tree {
  if (rest.length === 0) return { ...tree, [head]: value };
  const under = tree[head];
  return { ...tree, [head]: put(isTree(under) ? under : {}, rest, value) };
}

export function valueAt(values: unknown, [head, ...rest]: Path): unknown {
  if (head === undefined) return values;
  const holds = typeof values === 'object' && values !== null && Object.hasOwn(values, head);
  return holds ? valueAt(Reflect.get(values, head), rest) : undefined;
}
