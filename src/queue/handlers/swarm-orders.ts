// Jobs of what people order of agents and of gas: asks again whether they may, has it done, and tells what no delivery
// tells. Safe to run again, since the door behind it is.
import { domainErrors } from '../../contracts/errors.ts';
import type { JobBody } from '../../contracts/jobs.ts';
import type { Authority, JobSink } from '../../contracts/ports.ts';
import type { SwarmControl, SwarmJobName, SwarmOutcome, SwarmTraces } from '../../contracts/swarm-orders.ts';
import type { Clock } from '../../core/clock.ts';
import { SwarmError } from '../../core/errors.ts';
import { bindHandler } from '../bind-handler.ts';
import type { BoundHandler, JobContext, JobHandler } from '../handler.ts';
import { type Notice, tellNotice } from './notice.ts';

export interface SwarmOrdersDeps {
  readonly control: SwarmControl;
  readonly traces: SwarmTraces;
  readonly jobs: JobSink;
  readonly authority: Authority;
  readonly clock: Pick<Clock, 'now'>;
}

type Context = Pick<JobContext, 'envelope'>;

/** One kind of order. */
interface Kind<N extends SwarmJobName> {
  readonly name: N;
  permission(body: JobBody<N>): string;
  /** What it is about, for people. */
  subject(body: JobBody<N>): string;
}

/** Makes the handlers. */
export function makeSwarmOrders(deps: SwarmOrdersDeps): BoundHandler[] {
  const every = (agent: string | null) => agent ?? '*';
  const all = (agent: string | null) => agent ?? 'all agents';
  return [
    bindHandler(
      makeOrder(deps, {
        name: 'agent.message',
        permission: ({ to }) => `agent.message:${every(to)}`,
        subject: ({ to }) => `message to ${all(to)}`,
      }),
    ),
    bindHandler(
      makeOrder(deps, {
        name: 'gas.send',
        permission: ({ agent }) => `gas.send:${agent}`,
        subject: ({ agent }) => `gas to ${agent}`,
      }),
    ),
    bindHandler(
      makeOrder(deps, {
        name: 'gas.pause',
        permission: ({ agent }) => `gas.pause:${every(agent)}`,
        subject: ({ agent }) => `pause of ${all(agent)}`,
      }),
    ),
    bindHandler(
      makeOrder(deps, {
        name: 'gas.resume',
        permission: ({ agent }) => `gas.resume:${every(agent)}`,
        subject: ({ agent }) => `resume of ${all(agent)}`,
      }),
    ),
    bindHandler(
      makeOrder(deps, {
        name: 'gas.skip',
        permission: ({ agent }) => `gas.skip:${agent}`,
        subject: ({ agent, checkpoint, delivery }) =>
          `skip of ${agent} ${delivery === undefined ? `${checkpoint} %` : delivery.slice(0, 8)}`,
      }),
    ),
    bindHandler(
      makeOrder(deps, {
        name: 'gas.reassign',
        permission: ({ to }) => `gas.reassign:${to}`,
        subject: ({ delivery, to }) => `${delivery.slice(0, 8)} to ${to}`,
      }),
    ),
    ...makeOrdersOfAll(deps),
  ];
}

/** Those about no agent. */
function makeOrdersOfAll(deps: SwarmOrdersDeps): BoundHandler[] {
  return [
    bindHandler(
      makeOrder(deps, {
        name: 'gas.board',
        permission: () => 'gas.board',
        subject: () => 'chain board',
      }),
    ),
    bindHandler(
      makeOrder(deps, {
        name: 'brain.note',
        permission: () => 'brain.note',
        subject: () => 'note to the brain',
      }),
    ),
  ];
}

function makeOrder<N extends SwarmJobName>(deps: SwarmOrdersDeps, kind: Kind<N>): JobHandler<N> {
  const tell = (body: JobBody<N>, context: Context, word: Pick<Notice, 'text' | 'state'>): Promise<void> =>
    tellNotice(deps, context, { to: body.replyTo, subject: kind.subject(body), ...word });
  return {
    name: kind.name,
    run: async (body, context) => {
      const { principal, correlationId: id, issuedAt: at, deadline } = context.envelope;
      const order = { id, at, principal };
      // What took effect before a crash is told as it came out, however late.
      if (deps.clock.now() > deadline && !(await deps.traces.began(order, body))) {
        return tell(body, context, { text: 'not done in time, so not done at all', state: 'expired' });
      }
      const permission = kind.permission(body);
      const outcome: SwarmOutcome = (await deps.authority.allows(principal, permission))
        ? await deps.control[kind.name](order, body).catch(refusedUnknown)
        : { kind: 'refused', reason: `${principal} needs the permission ${permission}` };
      if (outcome.kind === 'done') await tell(body, context, { text: outcome.text });
      if (outcome.kind === 'refused') {
        await tell(body, context, { text: `nothing was done: ${outcome.reason}`, state: 'failed' });
      }
    },
    dead: (body, context, reason) =>
      tell(body, context, { text: `unknown whether it was done: ${reason}`, state: 'unknown' }),
  };
}

// The configuration may have lost an agent since the question was asked; that is known to have had no effect.
function refusedUnknown(thrown: unknown): SwarmOutcome {
  if (thrown instanceof SwarmError && thrown.kind === domainErrors.agentUnknown) {
    return { kind: 'refused', reason: thrown.message };
  }
  throw thrown;
}
