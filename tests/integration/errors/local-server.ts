// A server of one sample, on a free port of this machine.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** Runs beside a server that does `onSocket` to whoever comes. */
export async function listening(
  onSocket: (socket: Socket) => void,
  run: (address: AddressInfo) => Promise<unknown>,
): Promise<unknown> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    onSocket(socket);
  });
  try {
    return await run(await addressOf(server));
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

export async function addressOf(server: Server): Promise<AddressInfo> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address;
}
