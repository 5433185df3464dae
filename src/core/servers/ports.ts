// Free TCP ports on loopback.
import { createServer } from 'node:net';

/** Resolves to `wanted` when it is free on 127.0.0.1, else to a free port. */
export async function freePort(wanted = 0): Promise<number> {
  return listenOn(wanted).catch(() => listenOn(0));
}

function listenOn(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}
