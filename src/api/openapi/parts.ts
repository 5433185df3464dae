// Pieces of the description that several routes are made of.
import { z } from 'zod';
import { idParam } from '../routes/context.ts';
import type { Json } from './responses.ts';

export function operation(operationId: string, tag: string, summary: string, responses: Json): Json {
  return { operationId, tags: [tag], summary, responses };
}

export function bodyOf(schema: z.ZodType): Json {
  return { required: true, content: { 'application/json': { schema: schemaOf(schema) } } };
}

export function inPath(name: string, schema: Json): Json {
  return { name, in: 'path', required: true, schema };
}

export function idInPath(): Json {
  return inPath('id', partsOf(idParam)['id'] ?? {});
}

export function inQuery(schema: z.ZodType): Json[] {
  const parts = Object.entries(partsOf(schema));
  return parts.map(([name, part]) => ({ name, in: 'query', required: false, schema: part }));
}

export function partsOf(schema: z.ZodType): Readonly<Record<string, Json>> {
  // What a query holds after it was parsed: numbers, not the text that they come as.
  const { properties = {} } = z.toJSONSchema(schema, { io: 'output' });
  return z.record(z.string(), z.record(z.string(), z.unknown())).parse(properties);
}

export function schemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...shape } = z.toJSONSchema(schema, { io: 'input' });
  return shape;
}
