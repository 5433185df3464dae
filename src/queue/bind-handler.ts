// Puts a job's schema before its handler, so that a handler only ever sees a valid body.
import { domainErrors } from '../contracts/errors.ts';
import { bodySchema, type JobName } from '../contracts/jobs.ts';
import { SwarmError } from '../core/errors.ts';
import type { BoundHandler, JobHandler } from './handler.ts';

/** @throws from `run`: SwarmError JOB_INVALID for a body that does not fit */
export function bindHandler<N extends JobName>(handler: JobHandler<N>): BoundHandler {
  const schema = bodySchema(handler.name);
  return {
    name: handler.name,
    run: async (body, context) => {
      const parsed = schema.safeParse(body);
      if (!parsed.success)
        throw new SwarmError(domainErrors.jobInvalid, `${handler.name}: ${parsed.error.message}`);
      await handler.run(parsed.data, context);
    },
    dead: async (body, death, reason) => {
      const parsed = schema.safeParse(body);
      if (parsed.success) await handler.dead(parsed.data, death, reason);
    },
  };
}
