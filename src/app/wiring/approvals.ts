// Wires the clock that looks after what waits for a word, in every process that works on jobs.
import { createApprovals } from '../../access/index.ts';
import type { Service } from '../../core/service.ts';
import { ApprovalsClock } from '../approvals-clock.ts';
import type { Shared } from './shared.ts';

export function wireApprovals({ roles, redis, jobs, clock, logger, config }: Shared): readonly Service[] {
  if (!roles.includes('workers')) return [];
  const approvals = createApprovals({ redis, clock }, { prefix: config.redis.prefix, ...config.approvals });
  return [new ApprovalsClock({ approvals, jobs, clock, logger })];
}
