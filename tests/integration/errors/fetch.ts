// Faults of fetch, raised against servers that misbehave.
import { createServer } from 'node:http';
import { freePort } from '../../../src/core/servers/ports.ts';
import { addressOf, listening } from './local-server.ts';
import type { Sample } from './sample.ts';

export const fetchSamples: readonly Sample<object>[] = [
  {
    what: 'fetch: a port where nobody listens',
    raise: async () => fetch(`http://127.0.0.1:${await freePort()}`),
    is: 'UNREACHABLE dependency retry',
  },
  {
    what: 'fetch: a server that hangs up',
    raise: () =>
      listening(
        (socket) => socket.destroy(),
        ({ port }) => fetch(`http://127.0.0.1:${port}`),
      ),
    is: 'CONNECTION_LOST transient retry',
  },
  {
    what: 'fetch: a server that is silent for too long',
    raise: () =>
      listening(
        () => undefined,
        ({ port }) => fetch(`http://127.0.0.1:${port}`, { signal: AbortSignal.timeout(50) }),
      ),
    is: 'TIMED_OUT transient retry',
  },
  {
    what: 'fetch: a request that is aborted',
    raise: () => fetch('http://127.0.0.1:8080', { signal: AbortSignal.abort() }),
    is: 'ABORTED transient retry',
  },
  {
    what: 'fetch: an answer that is not HTTP',
    raise: () =>
      listening(
        (socket) => socket.end('hello\r\n\r\n'),
        ({ port }) => fetch(`http://127.0.0.1:${port}`),
      ),
    is: 'INPUT_INVALID validation final',
  },
  {
    what: 'fetch: an answer that breaks off',
    raise: () => answered(async (response) => (await response).text()),
    is: 'CONNECTION_LOST transient retry',
  },
  {
    what: 'fetch: an address that is none',
    raise: () => fetch('not an address'),
    is: 'INPUT_INVALID validation final',
  },
  {
    what: 'fetch: a secure connection to a server that has none',
    raise: () =>
      listening(
        (socket) => socket.end('hello'),
        ({ port }) => fetch(`https://127.0.0.1:${port}`),
      ),
    is: 'TLS_REFUSED config final',
  },
];

/** Fetches from a server that promises more than it gives. */
async function answered(run: (response: Promise<Response>) => Promise<unknown>): Promise<unknown> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('ten bytes.', () => response.destroy());
  });
  try {
    const { port } = await addressOf(server);
    return await run(fetch(`http://127.0.0.1:${port}`));
  } finally {
    server.close();
  }
}
