// Configuration in layers: defaults < files < environment < secret files < flags. Later layers win key by key;
// an empty string means unset; every problem is reported at once, with the place the value came from.
import { parse } from 'yaml';
import type { z } from 'zod';
import { coreErrors, SwarmError } from '../errors.ts';
import type { Layer } from './layers.ts';
import { type Problem, problemsOf } from './problems.ts';
import { schemaKeys } from './schema-keys.ts';
import { isTree, isUnset, merge, type Path, put, type Tree, valueAt } from './tree.ts';

export {
  environmentLayer,
  fileLayer,
  flagLayer,
  type Layer,
  secretLayer,
  type WellKnown,
} from './layers.ts';

/** Merges the layers, lowest first, and parses. @throws SwarmError CONFIG_INVALID naming every bad key, its place, what was expected, what was there, and the mend */
export function mergeLayers<S extends z.ZodType>(schema: S, layers: readonly Layer[]): z.infer<S> {
  const merged = layers.reduce<Tree>((sum, { values }) => merge(sum, isTree(values) ? values : {}), {});
  const first = schema.safeParse(merged);
  if (first.success) return first.data;
  const read = readTexts(merged, layers, first.error.issues);
  const parsed = schema.safeParse(read);
  if (parsed.success) return parsed.data;
  const findings = { valueAt: (path: Path) => valueAt(read, path), keys: schemaKeys(schema) };
  const problems = narrowest(parsed.error.issues).flatMap((issue) => problemsOf(issue, findings));
  throw new SwarmError(
    coreErrors.configInvalid,
    [
      `the configuration has ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}:`,
      ...problems.map((problem) => `  ${sentence(problem, layers)}`),
    ].join('\n'),
  );
}

function sentence({ path, said, hint }: Problem, layers: readonly Layer[]): string {
  const origin = placeOf(layers, path) ?? 'nowhere';
  return `${path.join('.') || '(root)'}: ${said} (from ${origin})${hint === undefined ? '' : `; ${hint}`}`;
}

type Issue = z.core.$ZodIssue;

// A whole number that is far above its limit is too big for a whole number as well.
function narrowest(issues: readonly Issue[]): readonly Issue[] {
  const isWider = (a: Issue, b: Issue) =>
    a !== b &&
    a.path.join('.') === b.path.join('.') &&
    ((a.code === 'too_big' && b.code === 'too_big' && a.maximum > b.maximum) ||
      (a.code === 'too_small' && b.code === 'too_small' && a.minimum < b.minimum));
  return issues.filter((issue) => !issues.some((other) => isWider(issue, other)));
}

function readTexts(merged: Tree, layers: readonly Layer[], issues: readonly Issue[]): Tree {
  return issues.reduce<Tree>((tree, issue) => {
    const path = issue.path.map(String);
    const text = valueAt(tree, path);
    if (issue.code !== 'invalid_type' || typeof text !== 'string') return tree;
    return layerOf(layers, path)?.textual ? put(tree, path, readText(text)) : tree;
  }, merged);
}

function readText(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text;
  }
}

/** The layers that set a value, the one that counts first. */
export function layersOf(layers: readonly Layer[], path: Path): Layer[] {
  return layers.filter(({ values }) => !isUnset(valueAt(values, path))).toReversed();
}

/** Where the value that counts stands; of a value that is missing, where its section does. */
function placeOf(layers: readonly Layer[], path: Path): string | undefined {
  const [layer] = layersOf(layers, path);
  if (layer) return layer.place?.(path) ?? layer.origin;
  return path.length > 1 ? placeOf(layers, path.slice(0, -1)) : undefined;
}

function layerOf(layers: readonly Layer[], path: Path): Layer | undefined {
  return layersOf(layers, path)[0] ?? (path.length > 1 ? layerOf(layers, path.slice(0, -1)) : undefined);
}
