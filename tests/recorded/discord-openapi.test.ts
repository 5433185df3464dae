// The stand-in and the bot against Discord's own OpenAPI description: every request that real discord.js sent and
// every answer that the stand-in gave in one long scene must fit it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { boardReport, openScene, restartReport, type Scene } from '../integration/discord/harness.ts';
import { type Exchange, stranger } from '../peers/discord/index.ts';
import { eventually } from '../support/fixtures.ts';

const file = join(process.env['SWARMLINE_RECORDED'] ?? '../shared/data', 'discord-openapi.json');
const missing = `${file} is not there: Discord's OpenAPI description was not checked`;

const contentSchema = z.looseObject({ content: z.record(z.string(), z.unknown()).optional() });
const operationSchema = z.looseObject({
  requestBody: contentSchema.optional(),
  responses: z.record(z.string(), z.looseObject({ $ref: z.string().optional() })),
});
const documentSchema = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), z.unknown())),
});

describe("Discord's OpenAPI description", () => {
  let scene: Scene | undefined;
  let exchanges: readonly Exchange[] = [];

  beforeAll(async () => {
    if (!existsSync(file)) return;
    scene = await openScene();
    await play(scene);
    exchanges = scene.peer.exchanges;
  });
  afterAll(() => scene?.close());

  it('was met by every kind of exchange that the bot knows', (ctx) => {
    if (!scene) return ctx.skip(missing);
    const kinds = new Set(exchanges.map(({ method, path, status }) => `${status} ${method} ${kindOf(path)}`));
    expect([...kinds].sort()).toEqual([
      '200 GET commands',
      '200 GET gateway',
      '200 PATCH @original',
      '200 PATCH message',
      '200 POST callback',
      '200 POST messages',
      '200 POST webhook',
      '200 PUT commands',
      '204 POST callback',
      '403 POST messages',
      '404 PATCH message',
      '429 POST messages',
    ]);
  });

  it('fits every request body', (ctx) => {
    if (!scene) return ctx.skip(missing);
    const check = createChecker(file);
    expect(exchanges.flatMap((exchange) => check.request(exchange))).toEqual([]);
  });

  it('fits every answer', (ctx) => {
    if (!scene) return ctx.skip(missing);
    const check = createChecker(file);
    expect(exchanges.flatMap((exchange) => check.response(exchange))).toEqual([]);
  });

  it('was met by a picture in a form, posted and edited', (ctx) => {
    if (!scene) return ctx.skip(missing);
    const withFiles = exchanges.filter(({ files }) => files.length > 0);
    expect(withFiles.map(({ method, status }) => `${status} ${method}`)).toEqual(['200 POST', '200 PATCH']);
  });

  it('would have caught a request and an answer that do not fit', (ctx) => {
    if (!scene) return ctx.skip(missing);
    const check = createChecker(file);
    const wrong = exchanges
      .filter(({ method }) => method === 'PUT')
      .map((exchange) => ({ ...exchange, requestBody: [{ name: 1 }], responseBody: [{ id: 'x' }] }));
    expect(wrong.flatMap((exchange) => check.request(exchange))).toHaveLength(1);
    expect(wrong.flatMap((exchange) => check.response(exchange))).toHaveLength(1);
  });
});

/** Everything that the bot does, once. */
async function play({ peer, bot, link }: Scene): Promise<void> {
  await (await peer.slash({ command: 'status', options: { target: 'queue' } })).message();
  const asked = await (await peer.slash({ command: 'restart', options: { service: 'slam' } })).message();
  await peer.click(asked.id, 'yes:abc123', stranger).followUp();
  peer.click(asked.id, 'yes:abc123');
  await peer.until(() => peer.messages().find(({ text }) => text.startsWith('Queued.')));
  const to = { place: peer.channelId, message: asked.id };
  await bot.report(restartReport(to, ['queued', 'sent']));
  peer.deleteMessage(asked.id);
  peer.fail({ kind: 429, match: /^POST .*\/messages/ });
  await bot.report(restartReport(to, ['queued', 'sent', 'ready']));
  peer.fail({ kind: 403, match: /^POST .*\/messages/ });
  await bot
    .report({ ...restartReport({ place: peer.channelId }, ['queued']), about: 'other' })
    .catch(() => undefined);
  const declined = await (await peer.slash({ command: 'restart', options: { service: 'slam' } })).message();
  peer.click(declined.id, 'no:abc123');
  await peer.until(() => peer.messages().find(({ text }) => text === 'Dropped.'));
  for (const seq of [0, 1]) await bot.report(boardReport({ place: peer.channelId }, { seq }));
  await eventually(() => link.status().state === 'up');
}

const bodyOf = ({ requestBody }: Exchange) => z.record(z.string(), z.unknown()).parse(requestBody);

function kindOf(path: string): string {
  if (path.startsWith('/gateway')) return 'gateway';
  if (path.startsWith('/webhooks') && !path.includes('/messages')) return 'webhook';
  const last = path.split('/').at(-1) ?? '';
  return /^\d+$/.test(last) ? 'message' : last;
}

/** Each check gives the complaints about one exchange; a path, method or status that is not described is one. */
function createChecker(path: string) {
  const raw: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const document = documentSchema.parse(raw);
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  ajvFormats.default(ajv);
  for (const format of ['snowflake', 'nonce']) ajv.addFormat(format, true);
  ajv.addSchema(documentSchema.parse(raw), 'discord');
  const validators = new Map<string, ValidateFunction>();
  const against = (pointer: string, body: unknown): string | undefined => {
    const validate = validators.get(pointer) ?? ajv.compile({ $ref: `discord#${pointer}` });
    validators.set(pointer, validate);
    return validate(body) ? undefined : ajv.errorsText(validate.errors);
  };
  const find = ({ method, path: given }: Exchange) => {
    const template = bestTemplate(Object.keys(document.paths), given);
    const operation = operationSchema.safeParse(document.paths[template ?? '']?.[method.toLowerCase()]);
    if (template === undefined || !operation.success) return undefined;
    return { pointer: `/paths/${escaped(template)}/${method.toLowerCase()}`, operation: operation.data };
  };
  const named = (exchange: Exchange, complaint: string | undefined) =>
    complaint === undefined ? [] : [`${exchange.status} ${exchange.method} ${exchange.path}: ${complaint}`];
  return {
    request: (exchange: Exchange): string[] => {
      const found = find(exchange);
      if (!found) return named(exchange, 'is not described');
      if (!found.operation.requestBody)
        return named(exchange, exchange.requestBody === null ? undefined : 'has a body');
      const { files } = exchange;
      const type = files.length > 0 ? 'multipart~1form-data' : 'application~1json';
      const parts = Object.fromEntries(
        files.map(({ index, data }) => [`files[${index}]`, data.toString('latin1')]),
      );
      const body = files.length > 0 ? { ...bodyOf(exchange), ...parts } : exchange.requestBody;
      return named(exchange, against(`${found.pointer}/requestBody/content/${type}/schema`, body));
    },
    response: (exchange: Exchange): string[] => {
      const found = find(exchange);
      const status = found && describedStatus(Object.keys(found.operation.responses), exchange.status);
      const response = found?.operation.responses[status ?? ''];
      if (!found || status === undefined || !response) return named(exchange, 'is not described');
      const at = response.$ref?.replace('#', '') ?? `${found.pointer}/responses/${status}`;
      if (exchange.responseBody === null)
        return named(exchange, exchange.status === 204 ? undefined : 'has no body');
      return named(exchange, against(`${at}/content/application~1json/schema`, exchange.responseBody));
    },
  };
}

/** The template that fits with the fewest parameters, so that `@original` wins over a message id. */
function bestTemplate(templates: readonly string[], path: string): string | undefined {
  const given = path.split('/');
  const fits = templates.filter((template) => {
    const wanted = template.split('/');
    return (
      wanted.length === given.length && wanted.every((part, i) => part.startsWith('{') || part === given[i])
    );
  });
  return fits.toSorted((a, b) => a.split('{').length - b.split('{').length)[0];
}

function describedStatus(described: readonly string[], status: number): string | undefined {
  const wanted = [String(status), `${String(status)[0]}XX`];
  return wanted.find((candidate) => described.includes(candidate));
}

/** A path template as one segment of a JSON pointer in a URI fragment. */
function escaped(template: string): string {
  return encodeURIComponent(template.replaceAll('~', '~0').replaceAll('/', '~1'));
}
