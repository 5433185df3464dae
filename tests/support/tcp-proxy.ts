// A TCP proxy that breaks the network on purpose: between a client of ours and a real server.
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** `refuse` resets newcomers; `blackhole` swallows every byte of both sides without a word. */
export type ProxyMode = 'pass' | 'refuse' | 'blackhole';

/** How bytes travel in `pass`; absent: as they are. */
export interface Shape {
  /** Added in each direction, ms; evenly spread by `jitterMs` up and down. */
  readonly latencyMs?: number;
  readonly jitterMs?: number;
  /** No packet is longer. */
  readonly sliceBytes?: number;
  readonly bytesPerSecond?: number;
}

export class TcpProxy {
  mode: ProxyMode = 'pass';
  shape: Shape = {};
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  /** Sides whose bytes go nowhere any more. */
  readonly #frozen = new WeakSet<Socket>();

  private constructor(server: Server, port: number, sockets: Set<Socket>) {
    this.#server = server;
    this.port = port;
    this.#sockets = sockets;
  }

  /** Listens on a free port of 127.0.0.1 and forwards to `host:port`. */
  static async open(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
    const sockets = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    const proxy = new TcpProxy(server, address.port, sockets);
    server.on('connection', (near) => proxy.#join(near, target));
    return proxy;
  }

  /** In front of the server of a URL, with the URL that leads through it. */
  static async before(url: string, usualPort: number) {
    const target = new URL(url);
    const proxy = await TcpProxy.open({ host: target.hostname, port: Number(target.port || usualPort) });
    target.host = `127.0.0.1:${proxy.port}`;
    return { proxy, url: target.href };
  }

  /** Resets every connection that goes through. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** The present connections swallow everything from now on, as behind a firewall that forgot them; new ones pass. */
  freeze(): void {
    for (const socket of this.#sockets) this.#frozen.add(socket);
  }

  /** Says FIN on every present connection and goes on reading. */
  halfClose(): void {
    for (const socket of this.#sockets) socket.end();
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
    const far = connect({ ...target, allowHalfOpen: true, noDelay: true });
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
    // One after the other, so that bytes keep their order whatever their delay.
    let tail = Promise.resolve();
    from.on('data', (bytes: Buffer) => {
      if (this.mode === 'blackhole' || this.#frozen.has(from)) return;
      const due = Date.now() + this.#latency();
      tail = tail.then(() => this.#send(bytes, to, due));
    });
    from.on('end', () => {
      tail = tail.then(() => void to.end());
    });
  }

  async #send(bytes: Buffer, to: Socket, due: number): Promise<void> {
    const { sliceBytes = bytes.length, bytesPerSecond = Number.POSITIVE_INFINITY } = this.shape;
    const wait = due - Date.now();
    if (wait > 0) await delay(wait);
    const begin = Date.now();
    for (let at = 0; at < bytes.length && to.writable; at += sliceBytes) {
      to.write(bytes.subarray(at, at + sliceBytes));
      const aheadMs = (1_000 * (at + sliceBytes)) / bytesPerSecond - (Date.now() - begin);
      if (aheadMs > 2) await delay(aheadMs);
      // each slice a packet of its own
      else if (sliceBytes < bytes.length) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #latency(): number {
    const { latencyMs = 0, jitterMs = 0 } = this.shape;
    return latencyMs + (2 * Math.random() - 1) * jitterMs;
  }
}
