// The record of who did what, over HTTP: the newest lines that fit, and all of them. Reading leaves no line; a refusal does.
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type AuditFilter, type AuditRecord, auditEvents } from '../../access/index.ts';
import { emptyWindow, isEmptyWindow, parseAuditFilter, type Reply } from '../../commands/index.ts';
import { errorText } from '../../core/errors.ts';
import type { Caller } from '../door.ts';
import { wishFor, writeDeed } from '../record.ts';
import { parsePart, sendReply } from '../refusals.ts';
import type { CallerOf, DeedDeps } from './context.ts';

const word = z.string().regex(/^\S{1,200}$/, 'one word');
/** The same words as the command `audit` takes. */
export const auditQuery = z.strictObject({
  person: word.optional(),
  command: z.string().min(1).max(64).optional(),
  id: word.optional(),
  event: z.enum(auditEvents).optional(),
  since: word.optional(),
  until: word.optional(),
  last: z.coerce.number().int().min(1).max(500).default(20),
});

/** An answer is due within seconds; `complete` says whether these were all. */
const mostLooked = 100_000;

export interface AuditDeps extends DeedDeps {
  readonly record: Pick<AuditRecord, 'query' | 'lines'>;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly callerOf: CallerOf;
}

export function registerAudit(scope: FastifyInstance, deps: AuditDeps): void {
  const { record, now, callerOf } = deps;
  scope.get('/v1/audit', async (request, reply) => {
    const { last, command, ...words } = parsePart('query', auditQuery, request.query);
    const refusal = await refused(deps, callerOf(request));
    if (refusal) return sendReply(reply, refusal);
    const filter = parsePart('query', filterFrom(now()), words);
    const page = await record.query(
      { ...filter, ...(command !== undefined && { command }) },
      { limit: last, most: mostLooked },
    );
    return reply.send(page);
  });
  scope.get('/v1/audit/export', async (request, reply) => {
    const refusal = await refused(deps, callerOf(request));
    if (refusal) return sendReply(reply, refusal);
    const lines = record.lines()[Symbol.asyncIterator]();
    // Before the first word of the answer: a store that is away is told by a status.
    const first = await lines.next();
    return reply.type('application/x-ndjson').send(Readable.from(ndjson(first, lines)));
  });
}

type Lines = AsyncIterator<{ readonly text: string }>;

async function* ndjson(first: Awaited<ReturnType<Lines['next']>>, lines: Lines): AsyncGenerator<string> {
  for (let next = first; next.done !== true; next = await lines.next()) yield `${next.value.text}\n`;
}

/** Null lets pass. The rights are those of the command, for the token of this installation too. @throws what kept them from being read */
async function refused({ policy, audit, logger }: DeedDeps, caller: Caller): Promise<Reply | null> {
  const permission = 'audit.read';
  const { blockedBy, fault, policyVersion } = await policy.decide(wishFor(caller, permission));
  if (fault) throw fault;
  if (blockedBy === null) return null;
  if (audit !== null) {
    const deed = { permission, command: 'audit', args: {}, blockedBy: blockedBy.detail, policyVersion };
    await writeDeed({ audit, policy }, caller, deed).catch((thrown: unknown) =>
      logger.error({ command: 'audit', error: errorText(thrown) }, 'it was not recorded'),
    );
  }
  const text = `Not allowed for ${caller.identity.name}: ${blockedBy.detail}.`;
  return { kind: 'refusal', code: 'denied', text };
}

/** As a person would type it, so that both understand the same. */
function filterFrom(now: number) {
  return z.record(z.string(), z.string().optional()).transform((words, context) => {
    let filter: AuditFilter = {};
    for (const [key, value] of Object.entries(words)) {
      if (value === undefined) continue;
      const parsed = parseAuditFilter(`${key}=${value}`, now);
      if (parsed.ok) filter = { ...filter, ...parsed.filter };
      else context.addIssue({ code: 'custom', path: [key], message: parsed.why });
    }
    if (isEmptyWindow(filter)) context.addIssue({ code: 'custom', path: ['since'], message: emptyWindow });
    return filter;
  });
}
