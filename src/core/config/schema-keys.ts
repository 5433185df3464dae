// What a schema says of its keys: which there are, and which must not be shown.
import { z } from 'zod';
import type { Path } from './tree.ts';

const nodeSchema = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  writeOnly: z.boolean().optional(),
  description: z.string().optional(),
});

export interface SchemaKey {
  readonly path: Path;
  /** Marked `writeOnly`, the JSON Schema word for what is given and never shown. */
  readonly secret: boolean;
}

/** Every key that holds a value; what lies inside a list has no keys of its own here. */
export function schemaKeys(schema: z.ZodType): SchemaKey[] {
  const walk = (node: unknown, path: Path): SchemaKey[] => {
    const { properties, writeOnly = false } = nodeSchema.parse(node);
    if (!properties) return [{ path, secret: writeOnly }];
    return Object.entries(properties).flatMap(([key, under]) => walk(under, [...path, key]));
  };
  return walk(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'output' }), []);
}
