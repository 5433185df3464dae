// A receiver of webhooks as docs/guides/receive-gas.md shows it: it believes what is signed and fresh, and acts once on each id.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';

export interface Call {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  /** All that came, also what was not believed. */
  readonly calls: readonly Call[];
  /** The text of each gas that it acted on. */
  texts(): readonly string[];
  /** What it answers from now on; null: nothing, ever. */
  answer: {
    readonly status: number;
    readonly headers?: Record<string, string>;
    readonly body?: string;
  } | null;
  close(): Promise<void>;
}

const messageSchema = z.object({ data: z.object({ text: z.string() }) });

/** @param secret `whsec_…` */
export async function startReceiver(secret: string): Promise<Receiver> {
  const calls: Call[] = [];
  const acted = new Map<string, string>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      calls.push({ headers: request.headers, body });
      const { answer } = receiver;
      if (answer === null) return;
      const isTrue = verify(secret, request.headers, body);
      const id = String(request.headers['webhook-id']);
      if (isTrue && answer.status < 300 && !acted.has(id)) {
        acted.set(id, messageSchema.parse(JSON.parse(body)).data.text);
      }
      response.writeHead(isTrue ? answer.status : 401, answer.headers).end(answer.body ?? '');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hooks/secret-path`,
    calls,
    texts: () => [...acted.values()],
    answer: { status: 204 },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return receiver;
}

function verify(secret: string, headers: IncomingHttpHeaders, body: string): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signatures } = headers;
  if (Math.abs(Date.now() / 1_000 - Number(at)) > 300) return false;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const wanted = Buffer.from(
    `v1,${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`,
  );
  return String(signatures)
    .split(' ')
    .map((signature) => Buffer.from(signature))
    .some((given) => given.length === wanted.length && timingSafeEqual(given, wanted));
}
