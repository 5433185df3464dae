// Who is at the page of the queues: a token or key as everywhere, or a browser that logged in with one.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { domainErrors } from '../../contracts/errors.ts';
import { bearerOf, type Caller, type Door } from '../door.ts';
import { fail } from '../refusals.ts';
import { loginPage, loginPolicy } from './login.ts';
import type { Sessions } from './session.ts';

export interface AdmissionDeps {
  readonly door: Door;
  readonly sessions: Sessions;
}

const formBody = z.string().transform((text) => new URLSearchParams(text).get('key') ?? '');

/** The form, and the end of a session. */
export function registerLogin(scope: FastifyInstance, { door, sessions }: AdmissionDeps): void {
  const asText = { parseAs: 'string' } as const;
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('application/x-www-form-urlencoded', asText, (_request, text, done) =>
    done(null, text),
  );
  scope.get('/queues/login', (_request, reply) => form(reply, null));
  scope.post('/queues/login', async (request, reply) => {
    if (isForeign(request)) return foreign(reply);
    const given = formBody.catch('').parse(request.body).trim();
    const admission = await door.admit(given, request.ip);
    if (!admission.ok) {
      reply.code(admission.failure.status);
      return form(
        reply,
        admission.failure.status === 429 ? admission.failure.message : 'That opens nothing.',
      );
    }
    reply.header('set-cookie', await sessions.begin(admission.caller));
    return reply.redirect('/queues', 303);
  });
  scope.post('/queues/logout', (request, reply) => {
    if (isForeign(request)) return foreign(reply);
    return reply.header('set-cookie', sessions.end).redirect('/queues/login', 303);
  });
}

/** Who sent it; null when the answer is given already: a form for a browser that only looks, 401 for whoever else. */
export async function admitted(
  request: FastifyRequest,
  reply: FastifyReply,
  { door, sessions }: AdmissionDeps,
): Promise<Caller | null> {
  const { authorization, cookie, accept = '' } = request.headers;
  const looks = request.method === 'GET' || request.method === 'HEAD';
  const known = authorization === undefined ? await sessions.callerOf(cookie) : null;
  if (known !== null && (looks || !isForeign(request))) return known;
  if (known !== null) {
    await foreign(reply);
    return null;
  }
  const admission = await door.admit(bearerOf(authorization), request.ip);
  if (admission.ok) return admission.caller;
  if (looks && authorization === undefined && accept.includes('text/html')) {
    await reply.redirect('/queues/login', 303);
  } else {
    await fail(reply, admission.failure);
  }
  return null;
}

// A cookie comes along with whatever a browser sends here, from other ports of this machine too; its Origin says who made
// it send that.
function isForeign({ headers }: FastifyRequest): boolean {
  return headers.origin !== `http://${headers.host}`;
}

function foreign(reply: FastifyReply): Promise<void> {
  const message = 'a browser may send this from the page itself alone';
  const where = 'header Origin';
  return fail(reply, { status: 403, kind: domainErrors.requestInvalid, message, where });
}

async function form(reply: FastifyReply, problem: string | null): Promise<void> {
  await reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', loginPolicy)
    .header('referrer-policy', 'same-origin')
    .header('cache-control', 'no-store')
    .send(loginPage(problem));
}
