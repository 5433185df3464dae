// A TCP proxy that breaks the network on purpose: between a client of ours and a real server.
import { connect, createServer, type Server, type Socket } from 'node:net';

/** `refuse` resets newcomers; `blackhole` swallows every byte of both sides without a word. */
export type ProxyMode = 'pass' | 'refuse' | 'blackhole';

export class TcpProxy {
  mode: ProxyMode = 'pass';
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, port: number, sockets: Set<Socket>) {
    this.#server = server;
    this.port = port;
    this.#sockets = sockets;
  }

  /** Listens on a free port of 127.0.0.1 and forwards to `host:port`. */
  static async open(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
    const sockets = new Set<Socket>();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    const proxy = new TcpProxy(server, address.port, sockets);
    server.on('connection', (near) => proxy.#join(near, target));
    return proxy;
  }

  /** Resets every connection that goes through. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket, target: { readonly host: string; readonly port: number }): void {
    near.on('error', () => undefined);
    if (this.mode === 'refuse') {
      near.resetAndDestroy();
      return;
    }
    const far = connect(target);
    this.#forward(near, far);
    this.#forward(far, near);
  }

  #forward(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    from.on('data', (bytes) => {
      if (this.mode !== 'blackhole') to.write(bytes);
    });
  }
}
