// The page of the queues under /queues: whoever may ask looks; who has the permission `queue.manage` may also retry, promote,
// pause and resume, and that is recorded before it is done.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AuditSink, Policy } from '../../access/index.ts';
import { domainErrors } from '../../contracts/errors.ts';
import type { Caller } from '../door.ts';
import { wishFor, writeDeed } from '../record.ts';
import { fail, sendReply } from '../refusals.ts';
import { type AdmissionDeps, admitted, registerLogin } from './admission.ts';
import { type BoardServers, boardPolicy, makeBoard, type QueueBoard } from './board.ts';
import { type QueueWrite, wishOf } from './writes.ts';

export interface QueuePageDeps extends AdmissionDeps {
  readonly policy: Policy;
  /** Null where nothing can be recorded: then nothing can be done either. */
  readonly audit: AuditSink | null;
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
  const [looks, manages] = [await mayLook(deps, caller), await mayManage(deps, caller)];
  const refusal = wish.kind === 'read' ? looks : await recorded(deps, { caller, write: wish.write });
  if (refusal !== null) {
    return sendReply(reply, { kind: 'refusal', code: 'denied', text: refusal });
  }
  const { reading, managing } = await board.get();
  reply.hijack();
  reply.raw.setHeader('content-security-policy', boardPolicy);
  reply.raw.setHeader('referrer-policy', 'same-origin');
  (manages === null ? managing : reading).routing(request.raw, reply.raw);
}

/** Null, or why not. */
async function mayLook({ policy }: QueuePageDeps, caller: Caller): Promise<string | null> {
  const { blockedBy } = await policy.decide(wishFor(caller, 'ask'));
  return blockedBy && told(caller, blockedBy.detail);
}

async function mayManage({ policy, audit }: QueuePageDeps, caller: Caller): Promise<string | null> {
  if (audit === null) return told(caller, 'what is done here cannot be recorded');
  const { blockedBy } = await policy.decide(wishFor(caller, 'queue.manage'));
  return blockedBy && told(caller, blockedBy.detail);
}

/**
 * Decides on a change and records that. Null when it may be done.
 * @throws SwarmError AUDIT_UNAVAILABLE when it cannot be recorded; then it must not be done
 */
async function recorded(
  { policy, audit }: QueuePageDeps,
  { caller, write }: { readonly caller: Caller; readonly write: QueueWrite },
): Promise<string | null> {
  if (audit === null) return told(caller, 'what is done here cannot be recorded');
  const permission = 'queue.manage';
  const verdict = await policy.decide(wishFor(caller, permission));
  const blockedBy = verdict.blockedBy?.detail ?? null;
  const deed = { permission, command: 'queues', args: write, blockedBy };
  await writeDeed({ audit, policy }, caller, { ...deed, policyVersion: verdict.policyVersion });
  return blockedBy && told(caller, blockedBy);
}

function told({ identity }: Caller, why: string): string {
  return `Not allowed for ${identity.name}: ${why}.`;
}
