// `config explain`: every key with its value, where that stands, and what it overrode.
import type { z } from 'zod';
import type { Layer } from './layers.ts';
import { layersOf } from './load.ts';
import { schemaKeys } from './schema-keys.ts';
import { shown } from './shown.ts';
import { valueAt } from './tree.ts';

export interface Explained {
  /** `section.key`. */
  readonly key: string;
  /** As JSON; secrets and passwords masked; `(unset)` where there is none. */
  readonly value: string;
  /** A line, a variable, a file of a secret, a flag; `default` where nobody set it. */
  readonly origin: string;
  /** What it won over, nearest first, in the same words. */
  readonly overrode: readonly { readonly value: string; readonly origin: string }[];
}

/** Explains a configuration that `mergeLayers` made of these layers. */
export function explain(schema: z.ZodType, layers: readonly Layer[], config: unknown): Explained[] {
  return schemaKeys(schema).map(({ path, secret }) => {
    const show = (value: unknown) => shown(value, secret);
    const [top, ...under] = layersOf(layers, path);
    return {
      key: path.join('.'),
      value: show(valueAt(config, path)),
      origin: top === undefined ? 'default' : (top.place?.(path) ?? top.origin),
      overrode: under.map((layer) => ({
        value: show(valueAt(layer.values, path)),
        origin: layer.place?.(path) ?? layer.origin,
      })),
    };
  });
}
