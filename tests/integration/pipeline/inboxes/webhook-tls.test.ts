// A webhook whose connection never comes to stand has taken nothing; one that breaks off behind that may have. Real TLS.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTls } from 'node:tls';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../../../src/core/clock.ts';
import { inboxSchema } from '../../../../src/pipeline/inboxes/config.ts';
import { makeInbox } from '../../../../src/pipeline/inboxes/inboxes.ts';
import { selfSigned } from '../../../support/self-signed.ts';
import { gas } from '../../../unit/pipeline/gas.ts';

const identity = selfSigned('localhost');

async function deliverTo(server: Server, signal = new AbortController().signal) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const folder = await mkdtemp(join(tmpdir(), 'swarmline-tls-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const secretFile = join(folder, 'secret');
  await writeFile(secretFile, `whsec_${Buffer.alloc(32, 7).toString('base64')}`);
  const { port } = server.address() as AddressInfo;
  const config = inboxSchema.parse({ kind: 'webhook', url: `https://localhost:${port}/`, secretFile });
  return makeInbox({ clock: systemClock }, config).deliver(gas(), signal);
}

/** A server of HTTPS that a test believes or not, and what came to it. */
function openHttps(answer: number | 'cut off') {
  const came: string[] = [];
  const server = createHttps(identity, (request, response) => {
    came.push(request.url ?? '');
    if (answer === 'cut off') request.socket.destroy();
    else response.writeHead(answer, { connection: 'close' }).end();
  });
  return { server, came };
}

describe('a webhook that no connection came to', () => {
  it('has taken nothing where its certificate is refused', async () => {
    const { server, came } = openHttps(200);
    await expect(deliverTo(server)).rejects.toMatchObject({
      code: 'INBOX_UNREACHABLE',
      message: expect.stringMatching(/was not reached: .*certificate/),
    });
    expect(came).toEqual([]);
  });

  it.each([
    [
      'answers what is no TLS',
      () => createServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 No\r\n\r\n'))),
    ],
    [
      'closes in the middle of the handshake',
      () => createServer((socket) => socket.once('data', () => socket.end())),
    ],
    [
      'resets in the middle of the handshake',
      () => createServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
    ],
    // It has no certificate to show.
    ['agrees on no cipher', () => createTls({})],
  ])('has taken nothing where it %s', async (_what, open) => {
    await expect(deliverTo(open())).rejects.toMatchObject({ code: 'INBOX_UNREACHABLE', retryable: true });
  });

  it('has taken nothing where its try is called off in the middle of the handshake', async () => {
    const stop = new AbortController();
    const silent = createServer((socket) =>
      socket.on('error', () => undefined).once('data', () => stop.abort()),
    );
    await expect(deliverTo(silent, stop.signal)).rejects.toMatchObject({ code: 'INBOX_UNREACHABLE' });
  });
});

describe('a webhook that a connection came to', () => {
  it.each(['cut off', 500] as const)('may have taken it where the request is met by %s', async (answer) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { server, came } = openHttps(answer);
    await expect(deliverTo(server)).rejects.toMatchObject({ code: 'INBOX_UNCERTAIN' });
    expect(came).toEqual(['/']);
  });
});
