// The record from outside the platform: for `swarmline audit`, which must work when nothing runs but Redis.
import { join } from 'node:path';
import { type AuditRecord, createAuditRecord } from '../access/index.ts';
import { coreErrors, SwarmError } from '../core/errors.ts';
import { closeRedis, createCommandRedis } from '../core/redis.ts';
import { runningPort } from '../core/servers/index.ts';
import type { Config } from './config.ts';
import { anchorFileOf } from './wiring/audit.ts';

/** The record, and what belongs to it. */
export interface AuditAccess {
  readonly record: AuditRecord;
  readonly anchorFile: string;
  /** Lets go of Redis. */
  close(): void;
}

/** Connects at the first question. @throws SwarmError REDIS_UNAVAILABLE where our own Redis is to be asked and does not run */
export async function openAudit(config: Config): Promise<AuditAccess> {
  const redis = createCommandRedis({ url: await urlOf(config), name: 'swarmline:audit' });
  return {
    record: createAuditRecord({ redis }, { prefix: config.redis.prefix }),
    anchorFile: anchorFileOf(config),
    close: () => closeRedis(redis),
  };
}

async function urlOf({ redis: { url }, home }: Config): Promise<string> {
  if (url !== undefined) return url;
  const port = await runningPort(join(home, 'redis-server'));
  if (port !== null) return `redis://127.0.0.1:${port}`;
  throw new SwarmError(
    coreErrors.redisUnavailable,
    `the record of ${home} lies in a Redis of its own, which runs while the platform does; start that first`,
  );
}
