// Wires the record of what people do: its writer, the ends of actions, its watch.
import { join } from 'node:path';
import { AuditLog, type AuditRecord, createAuditRecord } from '../../access/index.ts';
import type { JobSink } from '../../contracts/ports.ts';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import type { Redis } from '../../core/redis.ts';
import { AuditEnds } from '../audit-ends.ts';
import { AuditWatch } from '../audit-watch.ts';
import type { Config } from '../config.ts';
import type { LinkBoard } from '../links.ts';

export interface AuditSources {
  readonly config: Config;
  readonly redis: Redis;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly links: Pick<LinkBoard, 'alsoCheck'>;
}

export interface Audit {
  readonly log: AuditLog;
  readonly record: AuditRecord;
  readonly watch: AuditWatch;
  /** The same sink, which also records how actions end. */
  endingIn(sink: JobSink): JobSink;
}

/** Where the anchor of a home lies. */
export function anchorFileOf({ home }: Pick<Config, 'home'>): string {
  return join(home, 'audit-anchor.json');
}

export function wireAudit({ config, redis, clock, logger, links }: AuditSources): Audit {
  const options = { prefix: config.redis.prefix };
  const log = new AuditLog({ redis, clock }, options);
  const record = createAuditRecord({ redis }, options);
  const ends = new AuditEnds({ log, logger });
  const watch = new AuditWatch({ log, record, ends, clock }, { anchorFile: anchorFileOf(config) });
  links.alsoCheck(() => [watch.check()]);
  return {
    log,
    record,
    watch,
    endingIn: (sink) => ends.over(sink),
  };
}
