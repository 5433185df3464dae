// TCP ports on loopback: free ones, and the one that a folder always asks for first.
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';

/** Resolves to `wanted` when it is free on 127.0.0.1, else to a free port. */
export async function freePort(wanted = 0): Promise<number> {
  return listenOn(wanted).catch(() => listenOn(0));
}

/**
 * The port from 10,000 to 29,999 that belongs to a path. Two installations on one machine so hardly ever share one:
 * a client of the first that outlives its server would else talk to the second.
 */
export function portOf(path: string): number {
  return 10_000 + (createHash('sha256').update(path).digest().readUInt32BE(0) % 20_000);
}

function listenOn(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    // A client that knocks meanwhile would keep the close from ending.
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      const bound = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(bound));
    });
  });
}
