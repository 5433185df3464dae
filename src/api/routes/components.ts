// The reset of a part whose crash-loop brake is open.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Policy } from '../../access/index.ts';
import type { ResetAnswer } from '../../contracts/components.ts';
import type { ComponentResetter } from '../../contracts/ports.ts';
import { coreErrors } from '../../core/errors.ts';
import { fail, parsePart, sendReply } from '../refusals.ts';
import { type CallerOf, keyDenied } from './context.ts';

const nameParam = z.object({ name: z.string().min(1).max(64) });

export interface ComponentDeps {
  readonly components: ComponentResetter;
  readonly policy: Policy;
  readonly callerOf: CallerOf;
}

export function registerComponents(
  scope: FastifyInstance,
  { components, policy, callerOf }: ComponentDeps,
): void {
  scope.post('/v1/components/:name/reset', async (request, reply) => {
    const { name } = parsePart('path', nameParam, request.params);
    const denied = await keyDenied(policy, callerOf(request), `component.reset:${name}`);
    if (denied) return sendReply(reply, denied);
    const answer = await components.reset(name);
    if (answer.processes.length > 0) return reply.send(answer);
    return fail(reply, { status: 404, kind: coreErrors.componentUnknown, message: nobodyHas(answer) });
  });
}

function nobodyHas({ component, known, silent, unasked }: ResetAnswer): string {
  const doubts = [
    ...silent.map(({ pid, roles }) => `process ${pid} (${roles.join(', ')}) did not answer`),
    ...(unasked === null ? [] : [`other processes could not be asked: ${unasked}`]),
  ];
  const told = `no component is called ${component}; there are ${known.join(', ')}`;
  return [told, ...doubts].join('; ');
}
