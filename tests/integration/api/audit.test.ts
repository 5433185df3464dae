// The record over HTTP: who may read it, what is found, and that the export is the record itself.
import { describe, expect } from 'vitest';
import { it } from '../../support/fixtures.ts';
import { open } from './rig.ts';

type Face = Awaited<ReturnType<typeof open>>;

/** A record with one restart by the operator, and one refusal. */
async function withRecord(...[redis, prefix]: Parameters<typeof open>): Promise<Face> {
  const face = await open(redis, prefix);
  const asked = await face.run('restart slam');
  await face.post(`/v1/confirmations/${asked.body.confirmationId}`, { verdict: 'yes' });
  await face.run('restart mesh');
  return face;
}

const stepsOf = (body: { readonly lines: readonly { event: string; args: object }[] }) =>
  body.lines.map(({ event, args }) => [event, args]);
const slam = { service: 'slam' };

describe('GET /v1/audit', () => {
  it('gives the newest lines that fit, and how far it looked', async ({ redis, prefix }) => {
    const { call } = await withRecord(redis, prefix);
    const all = await call('GET', '/v1/audit');
    expect(all.status).toBe(200);
    expect(stepsOf(all.body)).toEqual([
      ['refused', { service: 'mesh' }],
      ['executing', slam],
      ['decided', slam],
      ['asked', slam],
    ]);
    const last = await call('GET', '/v1/audit?person=owner&since=2020-01-01&last=1');
    expect([stepsOf(last.body), last.body.complete]).toEqual([[['refused', { service: 'mesh' }]], false]);
    const begun = await call('GET', '/v1/audit?event=executing&command=restart');
    expect(stepsOf(begun.body)).toEqual([['executing', slam]]);
    expect((await call('GET', '/v1/audit?person=nobody')).body.lines).toEqual([]);
  });

  it.for([
    ['event=gone', 'query.event'],
    ['since=yesterday', 'query.since'],
    ['person=ann&until=2026-02-31', 'query.until'],
    ['since=1m&until=1h', 'query.since'],
    ['until=2020-01-01&since=1h', 'query.since'],
    ['since=1h&until=1h', 'query.since'],
    ['since=2026-11-26&until=2026-11-26', 'query.since'],
    ['last=0', 'query.last'],
    ['color=red', 'query'],
  ] as const)('says what it does not understand: %s', async ([query, where], { redis, prefix }) => {
    const { call } = await open(redis, prefix);
    const { status, body } = await call('GET', `/v1/audit?${query}`);
    expect([status, body.error, body.where]).toEqual([400, 'REQUEST_INVALID', where]);
  });

  it('takes a window that lies before 1970', async ({ redis, prefix }) => {
    const { call } = await open(redis, prefix);
    for (const query of ['since=999999d&until=999998d', 'until=999998d']) {
      expect(await call('GET', `/v1/audit?${query}`)).toMatchObject({ status: 200, body: { lines: [] } });
    }
  });

  it('is for whoever may read the record, and a refusal is in it', async ({ redis, prefix }) => {
    const face = await withRecord(redis, prefix);
    const key = await face.keys.add('watch', Date.now());
    for (const path of ['/v1/audit', '/v1/audit/export']) {
      const { status, body } = await face.call('GET', path, { headers: { authorization: `Bearer ${key}` } });
      expect([status, body]).toEqual([
        403,
        {
          kind: 'refusal',
          code: 'denied',
          text: 'Not allowed for watch: it needs the permission `audit.read`.',
        },
      ]);
    }
    expect(face.lines.map(({ event, principal, command }) => [event, principal, command])).toEqual([
      ['refused', 'http:watch', 'audit'],
      ['refused', 'http:watch', 'audit'],
    ]);
  });
});

describe('GET /v1/audit/export', () => {
  it('is every line as it is stored, oldest first', async ({ redis, prefix }) => {
    const { port, token, scene } = await withRecord(redis, prefix);
    const response = await fetch(`http://127.0.0.1:${port}/v1/audit/export`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    const stored: string[] = [];
    for await (const { text } of scene.record.lines()) stored.push(`${text}\n`);
    expect([stored.length, await response.text()]).toEqual([4, stored.join('')]);
  });

  it('tells by its status that the record cannot be read', async ({ redis, prefix }) => {
    const { call } = await withRecord(redis, prefix);
    redis.disconnect();
    const { status } = await call('GET', '/v1/audit/export');
    expect(status).toBe(503);
  });
});
