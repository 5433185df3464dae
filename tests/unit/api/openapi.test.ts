// The description itself: valid OpenAPI 3.1, and about every command that there is.
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { makeOpenApi } from '../../../src/api/openapi/document.ts';
import { type CommandSpec, catalogue } from '../../../src/commands/index.ts';
import { checkAgainst } from '../../support/openapi.ts';

const document = makeOpenApi(catalogue, '1.2.3');

const send: CommandSpec = {
  kind: 'action',
  name: 'gas send',
  aliases: ['refuel'],
  description: 'Send gas',
  args: [
    { name: 'to', description: 'Whom', required: true, schema: z.string().regex(/^[A-Z]/) },
    { name: 'text', description: 'What', required: false, rest: true },
  ],
  example: 'gas send Agent-2 go on',
  permission: () => 'gas.send',
  check: () => Promise.resolve(null),
  prompt: () => 'Send?',
  enqueue: () => Promise.resolve('Sent'),
};

describe('the description', () => {
  it('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(JSON.parse(JSON.stringify(document)));
    expect([valid, errors, validator.version]).toEqual([true, undefined, '3.1']);
  });

  it('says when it is not', async () => {
    const { valid } = await new Validator().validate({ ...JSON.parse(JSON.stringify(document)), paths: [] });
    expect(valid).toBe(false);
  });

  it('has a path for every command, with its arguments', () => {
    const { paths } = z.object({ paths: z.record(z.string(), z.unknown()) }).parse(document);
    const wanted = catalogue.map(({ name }) => `/v1/commands/${name.replaceAll(' ', '-')}`);
    expect(Object.keys(paths).filter((path) => path.startsWith('/v1/commands/'))).toEqual(wanted);
  });

  it('gives each operation a name of its own', () => {
    const ids = [...JSON.stringify(document).matchAll(/"operationId":"([^"]+)"/g)].map(([, id]) => id);
    expect([new Set(ids).size, ids.length > 15]).toEqual([ids.length, true]);
  });

  it('describes a command of two words, and holds its arguments to their schemas', () => {
    const { request } = checkAgainst(makeOpenApi([send], '1'));
    const at = '/v1/commands/gas-send';
    expect(
      [
        { args: { to: 'Agent-2' } },
        { args: { to: 'Agent-2', text: 'go on' }, dryRun: true },
        { args: { to: 'agent-2' } },
        { args: {} },
        {},
        { args: { to: 'Agent-2', too: 'x' } },
        { args: { to: 'Agent-2' }, force: true },
      ].map((body) => request('POST', at, body) === null),
    ).toEqual([true, true, false, false, false, false, false]);
  });
});
