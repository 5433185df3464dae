// The ways out of an alert: a real file, a real HTTP receiver, and what happens when one of them, or all, fail.
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it as base, describe, expect, onTestFinished } from 'vitest';
import type { Notice } from '../../../src/core/alerts/alert.ts';
import type { AlertChannel } from '../../../src/core/alerts/channels/channel.ts';
import { createFileChannel } from '../../../src/core/alerts/channels/file.ts';
import { createWebhookChannel } from '../../../src/core/alerts/channels/webhook.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import { createGuards } from '../../../src/core/recovery/guards.ts';
import { Secret } from '../../../src/core/secret.ts';
import { createStop } from '../../../src/core/stop.ts';
import { eventually } from '../../support/fixtures.ts';
import { failing, fickle, hanging, running, signal } from './alert-rig.ts';

const it = base.extend<{ dir: string }>({
  dir: async ({ task: _ }, use) => {
    const dir = await mkdtemp(join(tmpdir(), 'swarmline-alerts-'));
    await use(dir);
    await rm(dir, { recursive: true, force: true });
  },
});

const notice = (key: string): Notice => ({
  kind: 'firing',
  severity: 'critical',
  at: 1_700_000_000_000,
  alerts: [{ ...signal(key), since: 1_700_000_000_000, over: false }],
  more: { alerts: 9_874, sources: ['jobs', 'links', 'errors'] },
});

const never = createStop().signal;
const lines = async (path: string) =>
  (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line): Notice => JSON.parse(line));

/** A receiver on loopback that answers with these statuses, one after the other, and then 200. */
async function receiver(...statuses: readonly number[]) {
  const bodies: { readonly text: string; readonly from: string; readonly kind: string }[] = [];
  let asked = 0;
  const read = async (request: IncomingMessage) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    return JSON.parse(Buffer.concat(chunks).toString());
  };
  const server = createServer((request, response) => {
    const status = statuses[asked] ?? 200;
    asked += 1;
    void read(request).then((body) => {
      if (status === 200) bodies.push(body);
      response.writeHead(status, status === 429 ? { 'retry-after': '1' } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { bodies, url: new Secret(`http://127.0.0.1:${port}/hook/s3cret`), asked: () => asked };
}

const webhook = (url: Secret) =>
  createWebhookChannel(
    { guards: createGuards({ clock: systemClock, random: () => 0 }) },
    { url, from: 'test' },
  );

describe('the file', () => {
  it('gets one JSON object a line, in order, readable by its owner alone', async ({ dir }) => {
    const path = join(dir, 'alerts', 'alerts.ndjson');
    const file = createFileChannel({ path });
    await Promise.all(['a', 'b', 'c'].map((key) => file.send(notice(key), never)));
    expect((await lines(path)).map(({ alerts }) => alerts[0]?.key)).toEqual(['a', 'b', 'c']);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('is put aside when it is full, and only so many are kept', async ({ dir }) => {
    const path = join(dir, 'alerts.ndjson');
    const file = createFileChannel({ path, maxBytes: 600, kept: 2 });
    for (let i = 0; i < 20; i += 1) await file.send(notice(`key-${i}`), never);
    expect((await readdir(dir)).toSorted()).toEqual(['alerts.ndjson', 'alerts.ndjson.1', 'alerts.ndjson.2']);
    expect((await stat(path)).size).toBeLessThanOrEqual(600);
    expect((await lines(path)).at(-1)?.alerts[0]?.key).toBe('key-19');
  });

  it('says where it could not write', async ({ dir }) => {
    await writeFile(join(dir, 'alerts'), 'in the way');
    const file = createFileChannel({ path: join(dir, 'alerts', 'alerts.ndjson') });
    await expect(file.send(notice('a'), never)).rejects.toMatchObject({ code: 'ALERT_UNDELIVERED' });
  });
});

describe('the webhook', () => {
  it('gets a text for people and the facts for programs', async () => {
    const { bodies, url } = await receiver();
    await webhook(url).send(notice('link-down/redis'), never);
    expect(bodies).toMatchObject([{ v: 1, from: 'test', kind: 'firing', severity: 'critical' }]);
    expect(bodies[0]?.text).toContain('link-down/redis is not well: no answer');
    expect(bodies[0]?.text).toContain('and 9,874 more of 3 kinds');
    expect(bodies[0]?.text).toContain('docs/runbook.md#alert-test');
  });

  it('is tried again where that may help, and waits as long as it is told', async () => {
    const { bodies, url, asked } = await receiver(503, 429);
    await webhook(url).send(notice('a'), never);
    expect([bodies.length, asked()]).toEqual([1, 3]);
  });

  it('is not tried again where it refuses', async () => {
    const { url, asked } = await receiver(404);
    await expect(webhook(url).send(notice('a'), never)).rejects.toMatchObject({ code: 'ALERT_REFUSED' });
    expect(asked()).toBe(1);
  });

  it.each(['http://127.0.0.1:1/hook/s3cret', 'http://user:s3cret@127.0.0.1:1/s3cret?token=s3cret'])(
    'keeps the secret of its address out of what it throws: %s',
    async (text) => {
      const url = new Secret(text);
      const thrown: unknown = await webhook(url)
        .send(notice('a'), never)
        .catch((error: unknown) => error);
      expect(thrown).toMatchObject({ code: 'ALERT_UNDELIVERED' });
      expect(`${thrown instanceof Error ? (thrown.stack ?? '') : ''}${JSON.stringify(thrown)}`).not.toContain(
        's3cret',
      );
    },
  );

  it('has a circuit that says which receiver it is of, and nothing else of its address', () => {
    const guards = createGuards({ clock: systemClock });
    createWebhookChannel({ guards }, { url: new Secret('https://one.example:8443/s3cret'), from: 'test' });
    expect(guards.breakers().map(({ name }) => name)).toEqual(['alert-webhook one.example:8443']);
  });

  it('holds back no more than it may while its receiver is away', async () => {
    const channel = webhook(new Secret('http://127.0.0.1:1/'));
    const ends = await Promise.allSettled(
      Array.from({ length: 500 }, () => channel.send(notice('a'), never)),
    );
    const codes = ends.map((end) =>
      end.status === 'rejected' && end.reason instanceof SwarmError ? end.reason.code : '',
    );
    expect(codes.filter((code) => code === 'BULKHEAD_FULL').length).toBeGreaterThanOrEqual(440);
  });
});

describe('the runner', () => {
  it('tells by webhook and file while the chat is down and another way hangs', async ({ dir }) => {
    const { bodies, url } = await receiver();
    const path = join(dir, 'alerts.ndjson');
    const { state, errors } = running([failing('chat'), hanging, webhook(url), createFileChannel({ path })]);
    state.signals = [signal('link-down/redis')];
    await eventually(() => bodies.length === 1);
    await eventually(async () => (await lines(path)).length === 1);
    state.signals = [];
    await eventually(() => bodies.length === 2);
    expect(bodies.map(({ kind }) => kind)).toEqual(['firing', 'resolved']);
    expect(errors).toEqual([]);
  });

  it('says in the log that nobody could be told when every way fails', async () => {
    const { state, errors } = running([failing('chat'), failing('webhook')]);
    state.signals = [signal('link-down/redis')];
    await eventually(() => errors.length === 1);
    expect(errors).toEqual(['an alert could not be told anywhere']);
  });

  it('tells no end by a way that was not told the beginning', async () => {
    const [chat, file] = [fickle('chat'), fickle('file')];
    const { state } = running([chat, file]);
    chat.fails = true;
    state.signals = [signal('link-down/redis')];
    await eventually(() => file.took.length === 1 && chat.tried === 1);
    chat.fails = false;
    state.signals = [signal('link-lost/discord')];
    await eventually(() => file.took.length === 3 && chat.took.length > 0);
    state.signals = [];
    await eventually(() => file.took.length === 4 && chat.took.length === 2);
    expect(chat.took).toEqual(['firing link-lost/discord', 'resolved link-lost/discord']);
  });

  it('tells an end again that a way did not take', async () => {
    const [chat, file] = [fickle('chat'), fickle('file')];
    const began = systemClock.now();
    // Its looks are a hundred times as often, and so is its day.
    const { state } = running([chat, file], {}, () => began + 100 * (systemClock.now() - began));
    state.signals = [signal('link-lost/rabbitmq'), signal('link-lost/discord')];
    await eventually(() => chat.took.length === 2);
    chat.fails = true;
    state.signals = [];
    await eventually(() => chat.tried >= 3);
    chat.fails = false;
    await eventually(() => chat.took.length === 4);
    expect(chat.took.slice(2)).toEqual(file.took.slice(2));
  });

  it('tells by webhook what its receiver missed while it was away, beginning and end', async ({ dir }) => {
    const path = join(dir, 'alerts.ndjson');
    const { bodies, url, asked } = await receiver(...Array.from({ length: 3 }, () => 503));
    const began = systemClock.now();
    const now = () => began + 100 * (systemClock.now() - began);
    const { state } = running([webhook(url), createFileChannel({ path })], {}, now);
    state.signals = [signal('link-lost/discord')];
    await eventually(() => asked() === 3);
    state.signals = [];
    await eventually(() => bodies.length === 2);
    expect(bodies.map(({ kind }) => kind)).toEqual(['firing', 'resolved']);
    expect((await lines(path)).map(({ kind }) => kind)).toEqual(['firing', 'resolved']);
  });

  it('tells within a silence the end of what it told before, and nothing of what a way had missed', async () => {
    const [file, chat] = [fickle('file'), Object.assign(fickle('chat'), { lateForMs: 600_000 })];
    const began = systemClock.now();
    const now = () => began + 100 * (systemClock.now() - began);
    const { runner, state } = running([file, chat], {}, now);
    chat.fails = true;
    state.signals = [signal('policy-broken')];
    await eventually(() => file.took.length === 1 && chat.tried === 1);
    state.silences = [{ pattern: 'policy-broken', until: Number.MAX_SAFE_INTEGER }];
    await eventually(() => runner.active()[0]?.silencedUntil);
    state.signals = [];
    await eventually(() => file.took.length === 2);
    chat.fails = false;
    state.signals = [signal('link-lost/discord')];
    await eventually(() => chat.took.length > 0);
    expect([file.took.slice(0, 2), chat.took]).toEqual([
      ['firing policy-broken', 'resolved policy-broken'],
      ['firing link-lost/discord'],
    ]);
  });

  it('escalates only to those who are named for it', async () => {
    const kinds: string[] = [];
    const noting = (name: string): AlertChannel => ({
      name,
      send: async ({ kind }) => void kinds.push(`${name} ${kind}`),
    });
    const { state } = running([noting('chat'), noting('file')], {
      escalateAfterMs: 50,
      escalateTimes: 1,
      escalateTo: ['file'],
    });
    state.signals = [signal('link-down/redis')];
    await eventually(() => kinds.includes('file escalated'));
    expect(kinds).toEqual(['chat firing', 'file firing', 'file escalated']);
  });

  it('takes nothing for news while all is being closed, and tells last words at once', async ({ dir }) => {
    const path = join(dir, 'alerts.ndjson');
    const { runner, state } = running([createFileChannel({ path })]);
    state.signals = [signal('link-lost/discord')];
    await eventually(async () => (await lines(path)).length === 1);
    state.frozen = true;
    state.signals = [signal('link-down/redis')];
    await runner.stop([signal('part-given-up/workers')], 5_000);
    expect((await lines(path)).map(({ kind, alerts }) => [kind, alerts[0]?.key])).toEqual([
      ['firing', 'link-lost/discord'],
      ['firing', 'part-given-up/workers'],
    ]);
  });
});
