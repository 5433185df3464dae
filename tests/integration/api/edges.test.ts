// What comes to the HTTP face that is no request it serves: each is a 4xx that says what is wrong, where, and the mend.
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished } from 'vitest';
import { closeRedis, createCommandRedis } from '../../../src/core/redis.ts';
import { it } from '../../support/fixtures.ts';
import { ownServer } from '../../support/own-server.ts';
import { open } from './rig.ts';

const json = { 'content-type': 'application/json' };

describe('a request that is not served', () => {
  it.for([
    ['GET', '/v1/run', 405, 'method', 'it takes POST', 'POST'],
    ['DELETE', '/v1/confirmations/abc', 405, 'method', 'it takes POST', 'POST'],
    ['POST', '/v1/results/c-1', 405, 'method', 'it takes GET, HEAD', 'GET, HEAD'],
    ['POST', '/livez', 405, 'method', 'it takes GET, HEAD', 'GET, HEAD'],
    ['GET', '/v1/nothing', 404, 'path', 'there is no GET /v1/nothing', null],
    ['GET', '/', 404, 'path', 'there is no GET /', null],
  ] as const)('%s %s is %i', async ([method, path, status, where, says, allow], { redis, prefix }) => {
    const { port } = await open(redis, prefix);
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    const body = await response.json();
    expect([response.status, response.headers.get('allow')]).toEqual([status, allow]);
    expect(body).toEqual({
      error: 'ROUTE_UNKNOWN',
      message: expect.stringContaining(says),
      where,
      mend: 'Correct method and path of the request.',
    });
  });

  it.for([
    ['malformed JSON', 400, 'body', '{"line": ', json],
    ['JSON that would change prototypes', 400, 'body', '{"line": "status", "__proto__": {"x": 1}}', json],
    ['no JSON at all', 415, 'header Content-Type', '<line/>', { 'content-type': 'application/xml' }],
    ['text', 415, 'header Content-Type', '{"line": "status"}', { 'content-type': 'text/plain' }],
    ['no body', 400, 'body', '', {}],
    ['an empty body', 400, 'body', '', json],
    ['null', 400, 'body', 'null', json],
    ['a body that is too large', 413, 'body', `{"line": "${'x'.repeat(70_000)}"}`, json],
    ['a field that nobody knows', 400, 'body', '{"line": "status", "force": true}', json],
    [
      'a key of idempotency that is too long',
      400,
      'header Idempotency-Key',
      '{"line": "status"}',
      { ...json, 'idempotency-key': 'k'.repeat(101) },
    ],
  ] as const)(
    'is refused in the one shape: %s',
    async ([_what, status, where, body, headers], { redis, prefix }) => {
      const { call } = await open(redis, prefix);
      const answer = await call('POST', '/v1/run', { headers, ...(body === '' ? {} : { body }) });
      expect(answer).toMatchObject({
        status,
        body: {
          error: 'REQUEST_INVALID',
          message: expect.stringMatching(/\w/),
          where,
          mend: 'Correct the request as the message says.',
        },
      });
    },
  );

  it('is refused for a path that is no UTF-8', async ({ redis, prefix }) => {
    const { call } = await open(redis, prefix);
    expect(await call('GET', '/v1/results/%E0%A4%A')).toMatchObject({
      status: 400,
      body: { error: 'REQUEST_INVALID', where: 'path' },
    });
  });

  it.for([
    ['?after=x', 'query.after'],
    ['?waitMs=26000', 'query.waitMs'],
    ['?waitMs=-1', 'query.waitMs'],
  ] as const)(
    'names the part of the query that does not fit: %s',
    async ([query, where], { redis, prefix }) => {
      const { call } = await open(redis, prefix);
      expect(await call('GET', `/v1/results/c-1${query}`)).toMatchObject({ status: 400, body: { where } });
    },
  );
});

describe('a request that meets an outage', () => {
  it('is told what is away, and what mends that', async ({ prefix }) => {
    const server = await ownServer('redis-server');
    const own = createCommandRedis({ url: server.url, name: 'test' });
    onTestFinished(() => closeRedis(own));
    const { call } = await open(own, prefix);
    await server.crash();
    expect(await call('GET', '/v1/audit')).toMatchObject({
      status: 503,
      body: {
        error: expect.stringMatching(/^(REDIS|AUDIT)_/),
        where: 'redis',
        mend: expect.stringMatching(/\w/),
      },
    });
  });
});

describe('what is not HTTP as we take it', () => {
  const raw = async (port: number, text: string) => {
    const socket = connect(port, '127.0.0.1');
    const chunks: string[] = [];
    socket.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.write(text);
    await once(socket, 'close');
    const [head = '', body = ''] = chunks.join('').split('\r\n\r\n');
    return { line: head.split('\r\n')[0], body: JSON.parse(body) };
  };

  it('is 431 where the headers are too large', async ({ redis, prefix }) => {
    const { port } = await open(redis, prefix);
    const answer = await raw(port, `GET /livez HTTP/1.1\r\nhost: x\r\nx-big: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(answer).toEqual({
      line: 'HTTP/1.1 431 Request Header Fields Too Large',
      body: {
        error: 'REQUEST_INVALID',
        message: 'the headers are larger than 16 KiB together',
        where: 'headers',
        mend: 'Correct the request as the message says.',
      },
    });
  });

  it('is 400 where it is not HTTP at all', async ({ redis, prefix }) => {
    const { port } = await open(redis, prefix);
    const answer = await raw(port, 'HELO there\r\n\r\n');
    expect([answer.line, answer.body.message]).toEqual(['HTTP/1.1 400 Bad Request', 'this is not HTTP']);
  });
});
