// What comes of an action, and what an agent says of a delivery.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { domainErrors } from '../../contracts/errors.ts';
import type { DeliveryLedger } from '../../contracts/ports.ts';
import { SwarmError } from '../../core/errors.ts';
import { type Caller, operator } from '../door.ts';
import { fail, parsePart, sendReply } from '../refusals.ts';
import type { Results } from '../results.ts';
import { type CallerOf, type DeedDeps, denied, idParam } from './context.ts';

export const afterQuery = z.object({
  after: z.coerce.number().int().default(-1),
  waitMs: z.coerce.number().int().min(0).max(25_000).default(0),
});
export const ackBody = z.strictObject({ state: z.enum(['accepted', 'working']).default('accepted') });

export interface OutcomeDeps extends DeedDeps {
  readonly results: Results;
  readonly ledger: DeliveryLedger;
  readonly callerOf: CallerOf;
}

export function registerOutcomes(scope: FastifyInstance, deps: OutcomeDeps): void {
  const { results, ledger, callerOf } = deps;
  scope.get('/v1/results/:id', async (request, reply) => {
    const { id } = parsePart('path', idParam, request.params);
    const { after, waitMs } = parsePart('query', afterQuery, request.query);
    const report = await results.next(id, after, waitMs);
    if (report && mayRead(callerOf(request), report.to)) await reply.send(report);
    else await reply.code(204).send();
  });
  scope.post('/v1/deliveries/:id/ack', async (request, reply) => {
    const { id } = parsePart('path', idParam, request.params);
    const { state } = parsePart('body', ackBody, request.body ?? {});
    const deed = { permission: 'gas.acknowledge', command: 'agent ack', args: { delivery: id, state } };
    const refusal = await denied(deps, callerOf(request), { ...deed, correlationId: id });
    if (refusal) return sendReply(reply, refusal);
    try {
      return await reply.send(await ledger.record(id, { state, detail: 'acknowledged over HTTP' }));
    } catch (thrown) {
      // It is the caller's to mend, so it reads which id it was.
      if (!(thrown instanceof SwarmError) || thrown.kind !== domainErrors.deliveryUnknown) throw thrown;
      return fail(reply, { status: 404, kind: thrown.kind, message: thrown.message, where: 'path.id' });
    }
  });
}

/** A key reads what was reported to its holder; to it the rest is not there. */
function mayRead({ replyTo }: Caller, to: Caller['replyTo']): boolean {
  const reads = replyTo.surface === to.surface && replyTo.place === to.place;
  return reads || replyTo.surface === operator.replyTo.surface;
}
