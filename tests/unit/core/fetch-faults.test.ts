// What a fetch met, told without its URL: the faults of the real one.
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { fetchFaultText, hasLogin, tryFetch } from '../../../src/core/fetch-faults.ts';
import { selfSigned } from '../../support/self-signed.ts';

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

const rubbish = () => createServer((socket) => socket.once('data', () => socket.end('rubbish\r\n\r\n')));
const redirect = () =>
  createHttpServer((_request, response) =>
    response.writeHead(302, { location: 'http://127.0.0.1/s3cret', connection: 'close' }).end(),
  );
const closed = async () => {
  const server = createServer();
  const port = await portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const told = (url: string, init: RequestInit = {}) =>
  fetch(url, { redirect: 'error', ...init }).then(
    () => 'it was taken',
    (thrown: unknown) => fetchFaultText(thrown),
  );

describe('the fault of a fetch', () => {
  it.each([
    [
      'a login',
      async () => told('http://user:s3cret@127.0.0.1/s3cret'),
      'its URL or a header cannot be sent',
    ],
    ['what is no URL', async () => told('http://[/s3cret'), 'Invalid URL'],
    ['a bad header', async () => told('http://127.0.0.1/s3cret', { headers: { a: 's3cret\n\0' } }), /header/],
    ['a port that is never asked', async () => told('http://127.0.0.1:6666/s3cret'), 'bad port'],
    ['nobody there', async () => told(`http://127.0.0.1:${await closed()}/s3cret`), /ECONNREFUSED/],
    ['no HTTP', async () => told(`http://127.0.0.1:${await portOf(rubbish())}/s3cret`), /HTTP\/1\.1/],
    ['no TLS', async () => told(`https://127.0.0.1:${await portOf(rubbish())}/s3cret`), /^TLS: /],
    ['a redirect', async () => told(`http://127.0.0.1:${await portOf(redirect())}/s3cret`), /redirect/],
    ['an end', async () => told('http://127.0.0.1/s3cret', { signal: AbortSignal.abort() }), /aborted/],
  ])('says what it met and not its URL: %s', async (_what, tell, said) => {
    const text = await tell();
    expect(text).toMatch(said);
    expect(text).not.toContain('s3cret');
  });
});

describe('whether anything was sent', () => {
  /** A POST that is called off once its server says that it came so far, and what is said of it then. */
  function postTo(url: string) {
    const stop = new AbortController();
    const end = tryFetch(url, { method: 'POST', body: 'word', signal: stop.signal });
    return { stop: () => stop.abort(), isUnsent: end.then((met) => 'isUnsent' in met && met.isUnsent) };
  }

  it('is not where its time ended in the middle of the handshake', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined).once('data', () => stop()));
    const { stop, isUnsent } = postTo(`https://127.0.0.1:${await portOf(server)}/`);
    expect(await isUnsent).toBe(true);
  });

  it('is where its time ended behind the request, also on a connection that was there', async () => {
    let connections = 0;
    const server = createHttpServer((request, response) => {
      if (request.url === '/first') response.end();
      else post.stop();
    }).on('connection', () => ++connections);
    const url = `http://127.0.0.1:${await portOf(server)}`;
    await (await fetch(`${url}/first`)).text();
    // The connection is free for the next in a turn behind the end of the answer.
    await new Promise((resolve) => setImmediate(resolve));
    const post = postTo(url);
    expect(await post.isUnsent).toBe(false);
    expect(connections).toBe(1);
  });

  it('is told of each of two at once to one host', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    onTestFinished(() => void vi.unstubAllEnvs());
    let here = 0;
    const came = () => {
      if (++here === 2) for (const { stop } of posts) stop();
    };
    const https = createHttpsServer(selfSigned('localhost'), came);
    let connections = 0;
    // The second gets no word in the handshake.
    const server = createServer((socket) => {
      if (++connections === 1) https.emit('connection', socket);
      else socket.on('error', () => undefined).once('data', came);
    });
    const url = `https://localhost:${await portOf(server)}/`;
    const posts = [postTo(url), postTo(url)];
    const told = await Promise.all(posts.map(({ isUnsent }) => isUnsent));
    expect(told.toSorted()).toEqual([false, true]);
  });
});

it.each([
  ['http://user:word@one.example/', true],
  ['http://user@one.example/', true],
  ['http://:word@one.example/', true],
  ['http://one.example/@here', false],
  ['no URL', false],
])('knows a URL with a login in it: %s', (url, has) => {
  expect(hasLogin(url)).toBe(has);
});
