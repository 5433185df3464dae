// Wires access: the policy file with what is granted and linked by command, and what commands may know and change of it.
import {
  type Access,
  createAccess,
  createGrants,
  createLinks,
  createRecall,
  type LivePolicy,
  loadLivePolicy,
} from '../../access/index.ts';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import type { Redis } from '../../core/redis.ts';
import type { Config } from '../config.ts';
import { overRedis } from '../read-models.ts';

export interface AccessSources {
  readonly config: Config;
  readonly redis: Redis;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface WiredAccess {
  readonly policy: LivePolicy;
  readonly access: Access;
}

/** Reads the policy file; a broken one denies everything, and is told. */
export async function wireAccess({ config, redis, clock, logger }: AccessSources): Promise<WiredAccess> {
  const { prefix } = config.redis;
  const grants = overRedis(createGrants(redis, { prefix }));
  const links = overRedis(createLinks(redis, { prefix }));
  const recall = createRecall({ grants, links, clock });
  const policy = await loadLivePolicy(config.policy.file, { recall, clock });
  if (policy.broken !== null)
    logger.error({ why: policy.broken }, 'the policy cannot be used; everything is denied');
  return { policy, access: createAccess({ policy, recall, grants, links, clock }) };
}
