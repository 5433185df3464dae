// Gas by webhook, on a real HTTP server: the promises of every inbox, and those of a signature and of answers.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test as base, describe, expect } from 'vitest';
import { systemClock } from '../../../../src/core/clock.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { inboxSchema } from '../../../../src/pipeline/inboxes/config.ts';
import type { Inbox } from '../../../../src/pipeline/inboxes/inbox.ts';
import { makeInbox } from '../../../../src/pipeline/inboxes/inboxes.ts';
import { signatureHeaders, signingKey } from '../../../../src/pipeline/inboxes/webhook-signature.ts';
import { describeInbox } from '../../../conformance/inbox.ts';
import { eventually } from '../../../support/fixtures.ts';
import { gas } from '../../../unit/pipeline/gas.ts';
import { type Receiver, startReceiver } from './webhook-receiver.ts';

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const signal = new AbortController().signal;

interface Site {
  readonly receiver: Receiver;
  readonly folder: string;
  inbox(some?: object): Inbox;
  close(): Promise<void>;
}

async function openSite(): Promise<Site> {
  const receiver = await startReceiver(secret);
  const folder = await mkdtemp(join(tmpdir(), 'swarmline-webhook-'));
  const secretFile = join(folder, 'secret');
  await writeFile(secretFile, `${secret}\n`);
  return {
    receiver,
    folder,
    inbox: (some = {}) => {
      const config = inboxSchema.parse({ kind: 'webhook', url: receiver.url, secretFile, ...some });
      return makeInbox({ clock: systemClock }, config);
    },
    close: async () => {
      await receiver.close();
      await rm(folder, { recursive: true });
    },
  };
}

describeInbox('webhook', async () => {
  const site = await openSite();
  return {
    inbox: site.inbox(),
    received: () => Promise.resolve(site.receiver.texts()),
    away: site.inbox({ url: 'http://127.0.0.1:2/' }),
    misconfigured: site.inbox({ secretFile: join(site.folder, 'none') }),
    knows: false,
    close: () => site.close(),
  };
});

const it = base.extend<{ site: Site }>({
  site: async ({ task: _ }, use) => {
    const site = await openSite();
    await use(site);
    await site.close();
  },
});

describe('gas by webhook', () => {
  it('carries all of the gas, and one id on every try', async ({ site }) => {
    const { receiver } = site;
    receiver.answer = { status: 503 };
    await expect(site.inbox().deliver(gas(), signal)).rejects.toThrow(/answered HTTP 503$/);
    receiver.answer = { status: 200 };
    await site.inbox().deliver(gas(), signal);
    expect(receiver.calls.map(({ headers }) => headers['webhook-id'])).toEqual(['xa1b2c3', 'xa1b2c3']);
    expect(JSON.parse(receiver.calls[1]?.body ?? '')).toMatchObject({
      type: 'gas.delivered',
      data: { id: 'xa1b2c3', from: 'Agent-1', to: 'Agent-2', checkpoint: 75, percent: 80, epoch: 1 },
    });
  });

  it.for([
    ['accepted', '{"state":"accepted"}', 'accepted'],
    ['working', '{"state":"working","more":1}', 'working'],
    ['another state', '{"state":"done"}', undefined],
    ['words', 'thank you', undefined],
    ['more than it has to say', `{"state":"accepted","pad":"${'x'.repeat(70_000)}"}`, undefined],
  ] as const)('knows an acknowledgement from other answers: %s', async ([, body, acknowledged], { site }) => {
    site.receiver.answer = { status: 200, body };
    const handed = await site.inbox().deliver(gas(), signal);
    expect(handed).toEqual({
      state: 'sent',
      where: new URL(site.receiver.url).origin,
      ...(acknowledged === undefined ? {} : { acknowledged }),
    });
  });

  it('is refused for good by 410', async ({ site }) => {
    site.receiver.answer = { status: 410 };
    expect(await site.inbox().deliver(gas(), signal)).toMatchObject({
      state: 'refused',
      reason: expect.stringContaining('HTTP 410'),
    });
  });

  it.for([429, 503])(
    'says with HTTP %i how long the receiver wants to be left alone',
    async (status, { site }) => {
      const deliver = () => site.inbox().deliver(gas(), signal);
      site.receiver.answer = { status, headers: { 'retry-after': '40' } };
      await expect(deliver()).rejects.toMatchObject({
        ...{ code: 'INBOX_UNREACHABLE', retryable: true, retryAfterMs: 40_000 },
        message: expect.stringMatching(/HTTP \d+ and wants 40 s of rest$/),
      });
      site.receiver.answer = { status, headers: { 'retry-after': 'Fri, 01 Jan 2100 00:00:00 GMT' } };
      await expect(deliver()).rejects.toMatchObject({ retryAfterMs: 600_000 });
      site.receiver.answer = { status };
      await expect(deliver()).rejects.toMatchObject({ retryAfterMs: undefined });
    },
  );

  it.for([
    [400, 'INBOX_UNREACHABLE'],
    [404, 'INBOX_UNREACHABLE'],
    [408, 'INBOX_UNCERTAIN'],
    [409, 'INBOX_UNCERTAIN'],
    [500, 'INBOX_UNCERTAIN'],
    [502, 'INBOX_UNCERTAIN'],
    [503, 'INBOX_UNCERTAIN'],
  ] as const)('with HTTP %i is %s', async ([status, code], { site }) => {
    site.receiver.answer = { status };
    await expect(site.inbox().deliver(gas(), signal)).rejects.toMatchObject({ code, retryable: true });
  });

  it('tells a connection that was refused from one that broke off', async ({ site }) => {
    const server = createServer((socket) => void socket.once('data', () => socket.resetAndDestroy()));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const deliver = (host: string) => site.inbox({ url: `http://${host}:${port}/` }).deliver(gas(), signal);
    await expect(deliver('127.0.0.1')).rejects.toMatchObject({ code: 'INBOX_UNCERTAIN' });
    server.close();
    await once(server, 'close');
    for (const host of ['127.0.0.1', 'localhost']) {
      await expect(deliver(host)).rejects.toMatchObject({ code: 'INBOX_UNREACHABLE' });
    }
  });

  it('follows no redirect', async ({ site }) => {
    const other = await startReceiver(secret);
    site.receiver.answer = { status: 307, headers: { location: other.url } };
    expect(await site.inbox().deliver(gas(), signal)).toMatchObject({ state: 'refused' });
    expect(other.calls).toEqual([]);
    await other.close();
  });

  it('gives up on a receiver that says nothing, and at once when it is told to end', async ({ site }) => {
    site.receiver.answer = null;
    const silent = site.inbox({ timeoutMs: 200 }).deliver(gas(), signal);
    await expect(silent).rejects.toMatchObject({ code: 'INBOX_UNCERTAIN', retryable: true });
    const stop = new AbortController();
    const told = site.inbox().deliver(gas({ id: 'xtold' }), stop.signal);
    const rejected = expect(told).rejects.toThrow('enough');
    await eventually(() => site.receiver.calls.length === 2);
    stop.abort(new Error('enough'));
    await rejected;
  });

  it('takes a new secret from the file while it runs', async ({ site }) => {
    const inbox = site.inbox();
    await inbox.deliver(gas({ id: 'xold' }), signal);
    await writeFile(join(site.folder, 'secret'), `whsec_${Buffer.alloc(32, 8).toString('base64')}`);
    await expect(inbox.deliver(gas({ id: 'xnew' }), signal)).rejects.toThrow('HTTP 401');
  });

  it('tells neither the secret nor the path of the receiver', async ({ site }) => {
    await writeFile(join(site.folder, 'secret'), 'whsec_short');
    const misconfigured = await site.inbox().check(signal);
    const { away } = { away: site.inbox({ url: 'http://127.0.0.1:2/hooks/secret-path' }) };
    await writeFile(join(site.folder, 'secret'), secret);
    const failed = await away.deliver(gas(), signal).catch(String);
    const { where } = await site.inbox().deliver(gas(), signal);
    const told = JSON.stringify([misconfigured, failed, where]);
    expect(told).not.toMatch(/whsec_short|secret-path|BwcHBw/);
    expect(told).toContain('holds no secret of the form');
  });
});

it('names the whole path of a secret that is not there', async ({ site }) => {
  const checked = await site.inbox({ secretFile: 'nowhere/secret' }).check(signal);
  expect(checked?.said).toContain(`open '${resolve('nowhere/secret')}'`);
});

describe('where gas may be sent', () => {
  it.each([
    ['https://agent.example/gas', true],
    ['http://127.0.0.1:8080/gas', true],
    ['http://localhost/gas', true],
    ['http://[::1]:8080/gas', true],
    ['http://agent.example/gas', false],
    ['http://127.0.0.1.evil.example/gas', false],
    ['http://localhost.evil.example/', false],
    ['ftp://127.0.0.1/', false],
  ])('%s: %s', (url, may) => {
    const parsed = inboxSchema.safeParse({ kind: 'webhook', url, secretFile: 'secret' });
    expect(parsed.success).toBe(may);
  });

  it('plain http elsewhere takes a word of its own', () => {
    const url = 'http://agent.example/gas';
    const config = { kind: 'webhook', url, secretFile: 'secret', allowHttp: true };
    expect(inboxSchema.safeParse(config).success).toBe(true);
  });
});

describe('the signature', () => {
  // Made with the reference library `standardwebhooks`: its own documented example.
  it('is that of the specification', () => {
    const key = signingKey(new Secret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'));
    const message = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1_614_265_330,
      body: '{"test": 2432232314}',
    };
    expect(key && signatureHeaders(key, message)['webhook-signature']).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  it.each(['whsec_', 'whsec_AAAA', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_%%%'])(
    'takes %s for no secret',
    (text) => {
      expect(signingKey(new Secret(text))).toBeNull();
    },
  );
});
