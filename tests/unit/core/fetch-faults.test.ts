// What a fetch met, told without its URL: the faults of the real one.
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fetchFaultText, hasLogin } from '../../../src/core/fetch-faults.ts';

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

it.each([
  ['http://user:word@one.example/', true],
  ['http://user@one.example/', true],
  ['http://:word@one.example/', true],
  ['http://one.example/@here', false],
  ['no URL', false],
])('knows a URL with a login in it: %s', (url, has) => {
  expect(hasLogin(url)).toBe(has);
});
