// Puts a job's schema before its handler, so that a handler only ever sees a valid body.
import { domainErrors } from '../contracts/errors.ts';
import { bodySchema, type JobName } from '../contracts/jobs.ts';
import { SwarmError } from '../core/errors.ts';
import type { BoundHandler, JobHandler } from './handler.ts';

/** @throws from the run: SwarmError JOB_INVALID for a body that does not fit */
export function bindHandler<N extends JobName, Looked>(handler: JobHandler<N, Looked>): BoundHandler {
  const schema = bodySchema(handler.name);
  return {
    name: handler.name,
    mayLeave: handler.mayLeave ?? false,
    take: (body, told) => {
      const parsed = schema.safeParse(body);
      if (!parsed.success) {
        const why = `${handler.name}: ${parsed.error.message}`;
        return () => Promise.reject(new SwarmError(domainErrors.jobInvalid, why));
      }
      const looked = handler.look?.(parsed.data, told);
      return (context) => handler.run(parsed.data, context, looked);
    },
    dead: async (body, death, reason) => {
      const parsed = schema.safeParse(body);
      if (parsed.success) await handler.dead(parsed.data, death, reason);
    },
    broken: async (body, broken) => {
      const parsed = schema.safeParse(body);
      return parsed.success && handler.broken ? handler.broken(parsed.data, broken) : null;
    },
  };
}
