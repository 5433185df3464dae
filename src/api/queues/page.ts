// The page of the queues under /queues: who is let in, and what is handed to which server. What may be done there is
// decided in change.ts.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { domainErrors } from '../../contracts/errors.ts';
import { fail, sendReply } from '../refusals.ts';
import { type AdmissionDeps, admitted, registerLogin } from './admission.ts';
import { type BoardServers, boardPolicy, makeBoard, type QueueBoard } from './board.ts';
import { type ChangeDeps, hold, isHold, refusalOf, refusalToLook, refusalToManage } from './change.ts';
import { wishOf } from './writes.ts';

export interface QueuePageDeps extends AdmissionDeps, ChangeDeps {
  /** Opens the queues, when somebody looks for the first time. */
  readonly openQueues: () => Promise<QueueBoard>;
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Resolves the board at its first use. */
interface Board {
  get(): Promise<BoardServers>;
  close(): Promise<void>;
}

/** Puts the page on a server; resolves to what lets go of the queues. */
export async function registerQueuePage(
  server: FastifyInstance,
  deps: QueuePageDeps,
): Promise<() => Promise<void>> {
  const board = createBoard(deps.openQueues);
  await server.register((scope: FastifyInstance) => {
    registerLogin(scope, deps);
    return Promise.resolve();
  });
  await server.register((scope: FastifyInstance) => {
    // Bodies are left on the wire: who reads them is the server that the request is handed to.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    const handler = (request: FastifyRequest, reply: FastifyReply) => serve(request, reply, { deps, board });
    for (const url of ['/queues', '/queues/*']) scope.route({ method: methods, url, handler });
    return Promise.resolve();
  });
  return () => board.close();
}

function createBoard(openQueues: QueuePageDeps['openQueues']): Board {
  let opening: Promise<BoardServers> | undefined;
  return {
    get: async () => {
      opening ??= makeBoard(openQueues);
      const mine = opening;
      try {
        return await mine;
      } catch (thrown) {
        // Redis was away; the next who looks tries again.
        if (opening === mine) opening = undefined;
        throw thrown;
      }
    },
    close: async () => (await opening?.catch(() => undefined))?.close(),
  };
}

interface Serving {
  readonly deps: QueuePageDeps;
  readonly board: Board;
}

async function serve(request: FastifyRequest, reply: FastifyReply, { deps, board }: Serving): Promise<void> {
  const caller = await admitted(request, reply, deps);
  if (caller === null) return;
  const path = request.url.split('?')[0] ?? '';
  const wish = wishOf(request.method, path);
  if (wish.kind === 'forbidden') {
    const message = `the page of the queues does not take ${request.method} ${path.slice(0, 200)}`;
    return fail(reply, { status: 403, kind: domainErrors.requestInvalid, message, where: 'path' });
  }
  const hidden = await refusalToLook(deps, caller);
  if (hidden !== null && wish.kind === 'read') return denied(reply, hidden);
  const { reading, managing, has } = await board.get();
  const manages = (await refusalToManage(deps, caller)) === null;
  if (wish.kind === 'read') return handOver(request, reply, manages ? managing : reading);
  const { write } = wish;
  // Whoever may do nothing here does not learn either what there is.
  if (manages && !(await has(write['queue'] ?? '', write['job']))) {
    const message = `there is no such queue or job: ${path.slice(0, 200)}`;
    return fail(reply, { status: 404, kind: domainErrors.requestInvalid, message, where: 'path' });
  }
  const refusal = await refusalOf(deps, caller, write);
  if (refusal !== null) return denied(reply, refusal);
  // Held by the command of chat, which knows who ordered it and writes its own lines; nothing is left for the library.
  if (isHold(write)) return sendReply(reply, await hold(deps, caller, write));
  return handOver(request, reply, managing);
}

function denied(reply: FastifyReply, text: string): Promise<void> {
  return sendReply(reply, { kind: 'refusal', code: 'denied', text });
}

function handOver(request: FastifyRequest, reply: FastifyReply, to: BoardServers['reading']): void {
  reply.hijack();
  reply.raw.setHeader('content-security-policy', boardPolicy);
  reply.raw.setHeader('referrer-policy', 'same-origin');
  to.routing(request.raw, reply.raw);
}
