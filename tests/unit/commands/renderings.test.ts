// One specification, and what each surface makes of it.
import { expect, it } from 'vitest';
import { z } from 'zod';
import { makeOpenApi } from '../../../src/api/openapi/document.ts';
import { toSlashCommands } from '../../../src/bots/discord/slash.ts';
import { parseChat } from '../../../src/bots/twitch/parse.ts';
import { usage } from '../../../src/commands/bind.ts';
import { createCompleter } from '../../../src/commands/complete.ts';
import { parseInvocation } from '../../../src/commands/parse.ts';
import type { Action } from '../../../src/commands/spec.ts';
import { checkAgainst } from '../../support/openapi.ts';
import { portsOf } from './ports.ts';

const spec: Action = {
  kind: 'action',
  name: 'gas send',
  aliases: ['refuel'],
  description: 'Send the next prompt to an agent',
  args: [
    {
      name: 'to',
      description: 'Which agent',
      required: true,
      schema: z.string().regex(/^Agent-\d$/, 'the id of an agent'),
      candidates: () => Promise.resolve(['Agent-1', 'Agent-2']),
    },
    { name: 'text', description: 'What it is told', required: false, rest: true },
  ],
  example: 'gas send Agent-1 go on',
  permission: () => 'gas.send',
  check: () => Promise.resolve(null),
  prompt: () => 'Send it?',
  enqueue: () => Promise.resolve('Sent.'),
};

it('is a subcommand with options on Discord', () => {
  expect(toSlashCommands([spec])).toMatchInlineSnapshot(`
    [
      {
        "description": "gas: send",
        "name": "gas",
        "options": [
          {
            "description": "Send the next prompt to an agent",
            "name": "send",
            "options": [
              {
                "autocomplete": true,
                "description": "Which agent",
                "name": "to",
                "required": true,
                "type": 3,
              },
              {
                "description": "What it is told",
                "name": "text",
                "required": false,
                "type": 3,
              },
              {
                "description": "Only say what would be done",
                "name": "dry-run",
                "required": false,
                "type": 5,
              },
            ],
            "type": 1,
          },
        ],
        "type": 1,
      },
    ]
  `);
});

it('is a line that begins with ! on Twitch', () => {
  const said = parseChat(`!${spec.example}`, new Set(['gas', 'refuel']));
  expect([`!${usage(spec)}`, said]).toMatchInlineSnapshot(`
    [
      "!gas send <to> [text…]",
      {
        "kind": "command",
        "line": "gas send Agent-1 go on",
      },
    ]
  `);
});

it('is completed word by word on the console', async () => {
  const completer = createCompleter(portsOf({}), [spec]);
  const identity = { surface: 'console', id: 'local', name: 'you' } as const;
  const lines = ['g', 'gas send ', 'gas send Agent-1 '];
  const completed = await Promise.all(lines.map((line) => completer.line({ identity, line })));
  expect(completed.map(({ candidates }) => candidates)).toMatchInlineSnapshot(`
    [
      [
        "gas send",
      ],
      [
        "Agent-1",
        "Agent-2",
      ],
      [],
    ]
  `);
});

it('is an operation with a body on HTTP', () => {
  const { paths } = z
    .looseObject({ paths: z.record(z.string(), z.unknown()) })
    .parse(makeOpenApi([spec], '1'));
  const operation = z
    .object({
      post: z.looseObject({
        operationId: z.string(),
        summary: z.string(),
        description: z.string(),
        requestBody: z.unknown(),
      }),
    })
    .parse(paths['/v1/commands/gas-send']).post;
  const { operationId, summary, description, requestBody, responses } = operation;
  const statuses = Object.keys(z.record(z.string(), z.unknown()).parse(responses)).join(' ');
  expect({ operationId, summary, description, requestBody, statuses }).toMatchInlineSnapshot(`
    {
      "description": "Has to be confirmed; what comes of it follows. In chat: \`gas send Agent-1 go on\`.",
      "operationId": "command_gas_send",
      "requestBody": {
        "content": {
          "application/json": {
            "schema": {
              "additionalProperties": false,
              "properties": {
                "args": {
                  "additionalProperties": false,
                  "properties": {
                    "text": {
                      "description": "What it is told",
                      "maxLength": 200,
                      "minLength": 1,
                      "type": "string",
                    },
                    "to": {
                      "description": "Which agent",
                      "pattern": "^Agent-\\d$",
                      "type": "string",
                    },
                  },
                  "required": [
                    "to",
                  ],
                  "type": "object",
                },
                "dryRun": {
                  "description": "only says what would be done",
                  "type": "boolean",
                },
              },
              "required": [
                "args",
              ],
              "type": "object",
            },
          },
        },
        "required": true,
      },
      "statuses": "200 400 401 403 404 409 413 415 422 429 500 503",
      "summary": "Send the next prompt to an agent",
    }
  `);
});

it('is the same command with the same arguments on all of them, and refused with the same code', () => {
  const text = 'gas send Agent-1 go on';
  const twitch = parseChat('!gas send Agent-1 go on', new Set(['gas']));
  const inputs = [
    { kind: 'parsed', command: 'gas send', args: { to: 'Agent-1', text: 'go on' } },
    { kind: 'line', line: twitch?.kind === 'command' ? twitch.line : '' },
    { kind: 'line', line: text },
    { kind: 'line', line: 'refuel Agent-1 go on' },
  ] as const;
  const [first, ...others] = inputs.map((input) => parseInvocation(input, [spec]));
  expect(first).toMatchObject({ ok: true, parsed: { args: { to: 'Agent-1', text: 'go on' } } });
  for (const other of others) expect(other).toEqual(first);
  const { request } = checkAgainst(makeOpenApi([spec], '1'));
  const onHttp = (args: object) => request('POST', '/v1/commands/gas-send', { args });
  expect([onHttp(inputs[0].args), onHttp({ to: 'Bob' })]).toEqual([null, expect.stringContaining('pattern')]);
  const bad = [
    { kind: 'parsed', command: 'gas send', args: { to: 'Bob' } },
    { kind: 'line', line: 'gas send Bob' },
  ] as const;
  const refusals = bad.map((input) => parseInvocation(input, [spec]));
  expect(refusals[0]).toMatchObject({ refusal: { code: 'bad-argument' } });
  expect(refusals[1]).toEqual(refusals[0]);
});
