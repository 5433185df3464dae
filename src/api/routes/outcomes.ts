// What comes of an action, and what an agent says of a delivery.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { principalOf } from '../../access/index.ts';
import { wordOf } from '../../contracts/agents.ts';
import { domainErrors } from '../../contracts/errors.ts';
import type { GasDesk } from '../../contracts/mailbox.ts';
import type { DeliveryLedger } from '../../contracts/ports.ts';
import { type ErrorKind, SwarmError } from '../../core/errors.ts';
import { type Caller, operator } from '../door.ts';
import { fail, parsePart, sendReply } from '../refusals.ts';
import type { Results } from '../results.ts';
import { type CallerOf, type DeedDeps, decide, idParam, note, refusalOf } from './context.ts';

export const afterQuery = z.object({
  after: z.coerce.number().int().default(-1),
  waitMs: z.coerce.number().int().min(0).max(25_000).default(0),
});
export const ackBody = z.strictObject({ state: z.enum(['accepted', 'working']).default('accepted') });

export interface OutcomeDeps extends DeedDeps {
  readonly results: Results;
  readonly ledger: Pick<DeliveryLedger, 'find' | 'record'>;
  readonly swarm: { readonly desk: Pick<GasDesk, 'acknowledge'> };
  readonly callerOf: CallerOf;
}

export function registerOutcomes(scope: FastifyInstance, deps: OutcomeDeps): void {
  const { results, callerOf } = deps;
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
    try {
      return await acknowledge(deps, callerOf(request), { id, state }, reply);
    } catch (thrown) {
      // It is the caller's to mend, so it reads which id it was.
      const status = thrown instanceof SwarmError ? mended.get(thrown.kind) : undefined;
      if (!(thrown instanceof SwarmError) || status === undefined) throw thrown;
      return fail(reply, { status, kind: thrown.kind, message: thrown.message, where: 'path.id' });
    }
  });
}

/** What the caller can mend by another id → the status. */
const mended = new Map<ErrorKind, number>([
  [domainErrors.deliveryUnknown, 404],
  [domainErrors.deliveryRerouted, 409],
]);

type Word = { readonly id: string } & Required<z.infer<typeof ackBody>>;

/**
 * Takes a word on a delivery: as the receiver's own from whoever may speak as the receiver, and else as the word of a person
 * or program with `gas.acknowledge`, who is named. Other gas is refused as gas that there is none of: a key learns nothing
 * of agents that are not its own.
 * @throws SwarmError DELIVERY_UNKNOWN, DELIVERY_NOT_SENT, DELIVERY_REROUTED
 */
async function acknowledge(deps: OutcomeDeps, caller: Caller, { id, state }: Word, reply: FastifyReply) {
  const { ledger, swarm } = deps;
  const deed = { command: 'agent ack', args: { delivery: id, state }, correlationId: id };
  // Asked first: whoever may do it for all agents, such as by `*`, is none of them.
  const forAll = { permission: 'gas.acknowledge', ...(await decide(deps, caller, 'gas.acknowledge')) };
  if (forAll.blockedBy === null) {
    await note(deps, caller, { ...deed, ...forAll });
    const detail = `${wordOf}${principalOf(caller.identity)}`;
    return reply.send(await ledger.record(id, { state, detail }));
  }
  const gas = (await ledger.find(id))?.gas;
  const permission = gas && `agent.report:${gas.to}`;
  const asReceiver = permission && { permission, ...(await decide(deps, caller, permission)) };
  if (gas === undefined || !asReceiver || asReceiver.blockedBy !== null) {
    await note(deps, caller, { ...deed, ...forAll });
    const why = `it speaks for no agent that has a gas ${id}, and for other gas ${forAll.blockedBy}`;
    return sendReply(reply, refusalOf(caller, why));
  }
  await note(deps, caller, { ...deed, ...asReceiver });
  return reply.send(await swarm.desk.acknowledge(gas.to, gas.id, state));
}

/** A key reads what was reported to its holder; to it the rest is not there. */
function mayRead({ replyTo }: Caller, to: Caller['replyTo']): boolean {
  const reads = replyTo.surface === to.surface && replyTo.place === to.place;
  return reads || replyTo.surface === operator.replyTo.surface;
}
