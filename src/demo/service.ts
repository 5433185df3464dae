// A small service of the demo world: warms up, then listens and works until it is told to stop.
import { createServer } from 'node:net';
import type { Clock } from '../core/clock.ts';

export interface DemoServiceOptions {
  readonly name: string;
  /** TCP port on 127.0.0.1 that it opens when it is warm. */
  readonly port: number;
}

const warmUpMs = 1_000;

/** Runs until the signal fires. @param say writes one line */
export async function playService(
  { clock, say }: { readonly clock: Clock; readonly say: (line: string) => void },
  { name, port }: DemoServiceOptions,
  signal: AbortSignal,
): Promise<void> {
  say(`${name}: warming up`);
  await clock.sleep(warmUpMs, signal).catch(() => undefined);
  const server = createServer((socket) => socket.end(`${name} is warm\n`));
  if (!signal.aborted) server.listen(port, '127.0.0.1');
  while (!signal.aborted) await clock.sleep(60_000, signal).catch(() => undefined);
  server.close();
  say(`${name}: stopped`);
}
