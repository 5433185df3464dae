// What a request is told that nothing serves: a path that leads nowhere, a method that the path does not take, and what
// is not HTTP at all.
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { domainErrors } from '../contracts/errors.ts';
import { fail, failureBody } from './refusals.ts';

/** Answers 404 or 405 for whatever has no route; must come before the routes. */
export function registerNoRoute(server: FastifyInstance): void {
  const routes: { readonly method: string; readonly path: RegExp }[] = [];
  server.addHook('onRoute', ({ method, url }) => {
    const path = new RegExp(`^${url.replaceAll(/:\w+/g, '[^/]+').replaceAll('*', '.*')}$`);
    routes.push(...[method].flat().map((one) => ({ method: one, path })));
  });
  server.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?')[0] ?? '';
    const taken = routes.filter((route) => route.path.test(path)).map(({ method }) => method);
    await tell(request, reply, [...new Set(taken)].toSorted());
  });
}

async function tell(request: FastifyRequest, reply: FastifyReply, allowed: readonly string[]): Promise<void> {
  const { method, url } = request;
  const kind = domainErrors.routeUnknown;
  const message = `there is no ${method} ${url.slice(0, 200)}`;
  if (allowed.length === 0) return fail(reply, { status: 404, kind, message, where: 'path' });
  const methods = allowed.join(', ');
  reply.header('allow', methods);
  return fail(reply, { status: 405, kind, message: `${message}; it takes ${methods}`, where: 'method' });
}

const clientFaults: Readonly<Record<string, readonly [status: number, message: string, where: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the headers are larger than 16 KiB together', 'headers'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not come to its end in time', 'request'],
};

/** Answers what the parser of HTTP refused, which no route ever sees. */
export function refuseRaw(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, message, where] = clientFaults[error.code ?? ''] ?? [400, 'this is not HTTP', 'request'];
  const body = JSON.stringify(failureBody({ kind: domainErrors.requestInvalid, message, where }));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
