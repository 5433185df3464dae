// The reset of a part whose crash-loop brake is open.
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ResetAnswer } from '../../contracts/components.ts';
import type { ComponentResetter } from '../../contracts/ports.ts';
import { coreErrors } from '../../core/errors.ts';
import { fail, parsePart, sendReply } from '../refusals.ts';
import { type CallerOf, type DeedDeps, denied } from './context.ts';

const nameParam = z.object({ name: z.string().min(1).max(64) });

export interface ComponentDeps extends DeedDeps {
  readonly components: ComponentResetter;
  readonly callerOf: CallerOf;
}

export function registerComponents(scope: FastifyInstance, deps: ComponentDeps): void {
  const { components, callerOf } = deps;
  scope.post('/v1/components/:name/reset', async (request, reply) => {
    const { name } = parsePart('path', nameParam, request.params);
    const refusal = await denied(deps, callerOf(request), {
      permission: `component.reset:${name}`,
      command: 'service reset',
      args: { component: name },
    });
    if (refusal) return sendReply(reply, refusal);
    const answer = await components.reset(name);
    if (answer.processes.length > 0) return reply.send(answer);
    const message = nobodyHas(answer);
    return fail(reply, { status: 404, kind: coreErrors.componentUnknown, message, where: 'path.name' });
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
