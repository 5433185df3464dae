// The description of the HTTP face as OpenAPI 3.1, made from the specifications of the commands and from the very schemas
// that requests are parsed with. Pure.
import type { CommandSpec } from '../../commands/index.ts';
import { decisionBody, runBody } from '../routes/commands.ts';
import { auditQuery } from '../routes/audit.ts';
import { ackBody, afterQuery } from '../routes/outcomes.ts';
import { agentPaths } from './agents.ts';
import { commandPaths, idempotencyKey } from './commands.ts';
import { bodyOf, idInPath, inPath, inQuery, operation, schemaOf } from './parts.ts';
import { answerOf, behindTheDoor, type Json, ofCommands, withBody } from './responses.ts';
import { shapes } from './shapes.ts';

/** Makes it. @param version of the package */
export function makeOpenApi(specs: readonly CommandSpec[], version: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Swarmline',
      version,
      description: 'Commands over HTTP: the same door, the same rights and the same answers as in chat.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'http://127.0.0.1:7700' }],
    security: [{ key: [] }],
    tags: [
      { name: 'commands', description: 'one route for each command' },
      { name: 'outcomes', description: 'what comes of an action' },
      { name: 'agents', description: 'what an agent tells and fetches; needs `agent.report:<agent>`' },
      { name: 'platform', description: 'the parts of Swarmline itself' },
      { name: 'probes', description: 'open to everybody who can reach them' },
    ],
    paths: {
      ...{ ...ownPaths(), ...commandPaths(specs), ...outcomePaths() },
      ...{ ...agentPaths(), ...auditPaths(), ...probePaths() },
    },
    components: {
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'the token of the file `api-token`, or a key made by `swarmline api-key add NAME`',
        },
      },
      schemas: Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, schemaOf(shape)])),
    },
  };
}

function ownPaths(): Record<string, Json> {
  return {
    '/openapi.json': {
      get: operation('openapi', 'platform', 'This description', {
        ...behindTheDoor,
        200: { description: 'OpenAPI 3.1', content: { 'application/json': { schema: { type: 'object' } } } },
      }),
    },
    '/v1/commands': {
      get: operation('commands', 'commands', 'Every command, with its path and its arguments', {
        ...behindTheDoor,
        200: answerOf('The list', 'Commands'),
      }),
    },
    '/v1/run': {
      post: {
        ...operation('run', 'commands', 'Any command, as it is typed in chat', ofCommands()),
        parameters: [idempotencyKey],
        requestBody: bodyOf(runBody),
      },
    },
    '/v1/confirmations/{id}': {
      post: {
        ...operation('confirm', 'commands', 'Your word on what has to be confirmed', ofCommands()),
        parameters: [idInPath(), idempotencyKey],
        requestBody: bodyOf(decisionBody),
      },
    },
  };
}

function outcomePaths(): Record<string, Json> {
  return {
    '/v1/results/{id}': {
      get: {
        ...operation('result', 'outcomes', 'The newest report of an action, waited for if need be', {
          ...behindTheDoor,
          200: answerOf('The whole story so far', 'Report'),
          204: { description: 'Nothing newer came in time, or it was told to somebody else' },
        }),
        parameters: [idInPath(), ...inQuery(afterQuery)],
      },
    },
    '/v1/deliveries/{id}/ack': {
      post: {
        ...operation('acknowledge', 'outcomes', 'The receiver has a gas, or works on it', {
          ...behindTheDoor,
          ...withBody,
          200: answerOf('The delivery as it is now', 'Delivery'),
          404: answerOf('There is no such delivery', 'Failure'),
          409: answerOf('It is still on its way, or was given to another agent', 'Failure'),
        }),
        parameters: [idInPath()],
        requestBody: { ...bodyOf(ackBody), required: false },
      },
    },
    '/v1/components/{name}/reset': {
      post: {
        ...operation('reset', 'platform', 'Start a part again that crashed in a loop', {
          ...behindTheDoor,
          200: answerOf('What became of it, process by process', 'ResetAnswer'),
          404: answerOf('Nobody has such a part', 'Failure'),
          409: answerOf('It is in a state that does not allow it', 'Failure'),
        }),
        parameters: [inPath('name', { type: 'string', minLength: 1, maxLength: 64 })],
      },
    },
  };
}

function auditPaths(): Record<string, Json> {
  const line = { type: 'string', description: 'each line as it is stored, oldest first' };
  return {
    '/v1/audit': {
      get: {
        ...operation('audit_query', 'outcomes', 'Who did what: the newest lines of the record that fit', {
          ...behindTheDoor,
          200: answerOf('The lines, newest first', 'AuditPage'),
        }),
        parameters: inQuery(auditQuery),
      },
    },
    '/v1/audit/export': {
      get: operation('audit_export', 'outcomes', 'The whole record, as `swarmline audit export` has it', {
        ...behindTheDoor,
        200: { description: 'NDJSON', content: { 'application/x-ndjson': { schema: line } } },
      }),
    },
  };
}

function probePaths(): Record<string, Json> {
  const probe = (id: string, summary: string, shape: 'Alive' | 'Startup' | 'Readiness' | 'Check') => ({
    ...operation(id, 'probes', summary, {
      200: answerOf('Yes', shape),
      503: answerOf('No, and why', shape),
      ...(shape === 'Check' && { 404: answerOf('There is no such check', 'Failure') }),
    }),
    security: [],
  });
  return {
    '/livez': { get: probe('livez', 'Whether the process answers', 'Alive') },
    '/startupz': { get: probe('startupz', 'Whether everything hard has been up once', 'Startup') },
    '/readyz': { get: probe('readyz', 'Whether it does its work', 'Readiness') },
    '/readyz/{check}': {
      get: {
        ...probe('readyz_check', 'Whether one link or part is well', 'Check'),
        parameters: [inPath('check', { type: 'string' })],
      },
    },
    '/metrics': {
      get: {
        ...operation('metrics', 'probes', 'Figures for Prometheus', {
          200: { description: 'The text format', content: { 'text/plain': { schema: { type: 'string' } } } },
        }),
        security: [],
      },
    },
  };
}
