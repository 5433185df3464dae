// One path of the description for each command.
import { z } from 'zod';
import type { ArgSpec, CommandSpec } from '../../commands/index.ts';
import { slugOf } from '../routes/commands.ts';
import { type Json, ofCommands } from './responses.ts';

/** The paths of all commands. */
export function commandPaths(specs: readonly CommandSpec[]): Record<string, Json> {
  return Object.fromEntries(specs.map((spec) => [`/v1/commands/${slugOf(spec)}`, { post: operation(spec) }]));
}

function operation(spec: CommandSpec): Json {
  const required = spec.args.some((arg) => arg.required);
  const args = {
    type: 'object',
    properties: Object.fromEntries(spec.args.map((arg) => [arg.name, argSchema(arg)])),
    required: spec.args.filter((arg) => arg.required).map(({ name }) => name),
    additionalProperties: false,
  };
  const schema = {
    type: 'object',
    properties: { args, dryRun: { type: 'boolean', description: 'only says what would be done' } },
    ...(required && { required: ['args'] }),
    additionalProperties: false,
  };
  return {
    operationId: operationIdOf(spec),
    tags: ['commands'],
    summary: spec.description,
    description: described(spec),
    parameters: [idempotencyKey],
    requestBody: { required, content: { 'application/json': { schema } } },
    responses: ofCommands(),
  };
}

/** The header of every route that a command goes through. */
export const idempotencyKey: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'the same key of the same caller is the same use of a command; with another one it is 422, unless the first was refused as wrong or not allowed',
  schema: { type: 'string', minLength: 1, maxLength: 100 },
};

function described(spec: CommandSpec): string {
  const typed = `In chat: \`${spec.example}\`.`;
  if (spec.kind === 'question' || spec.kind === 'word') return `Answered at once. ${typed}`;
  const asked = (spec.danger ?? (spec.kind === 'action' ? 'confirm' : 'none')) !== 'none';
  return `${asked ? 'Has to be confirmed' : 'Done at once'}; what comes of it follows. ${typed}`;
}

function argSchema({ description, schema }: ArgSpec): Json {
  const plain = { type: 'string', description };
  if (!schema) return { ...plain, minLength: 1, maxLength: 200 };
  const { $schema: _, ...shape } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return { ...plain, ...shape };
}

function operationIdOf(spec: CommandSpec): string {
  return `command_${slugOf(spec).replaceAll('-', '_')}`;
}
