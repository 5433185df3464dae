// Wires the clock that looks after what waits for a word, in every process that works on jobs.
import { createApprovals } from '../../access/index.ts';
import { ApprovalsClock } from '../approvals-clock.ts';
import type { Shared } from './shared.ts';

type Sources = Pick<Shared, 'roles' | 'redis' | 'jobs' | 'clock' | 'logger' | 'config'>;

/** Null in a process without workers. */
export function wireApprovals(sources: Sources): ApprovalsClock | null {
  const { roles, redis, jobs, clock, logger, config } = sources;
  if (!roles.includes('workers')) return null;
  const approvals = createApprovals({ redis, clock }, { prefix: config.redis.prefix, ...config.approvals });
  return new ApprovalsClock({ approvals, jobs, clock, logger });
}
