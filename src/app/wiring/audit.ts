// Wires the record of what people do: its writer, the ends of actions, its watch.
import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditLog, type AuditRecord, createAuditRecord } from '../../access/index.ts';
import type { JobSink } from '../../contracts/ports.ts';
import type { Clock } from '../../core/clock.ts';
import { toSwarmError } from '../../core/errors.ts';
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

/** Where the anchor of this record lies: the demo world has another record in the same home. */
export function anchorFileOf({ home, redis: { prefix } }: AnchorPlace): string {
  return join(home, `audit-anchor-${encodeURIComponent(prefix.slice(1, -1))}.json`);
}

interface AnchorPlace {
  readonly home: string;
  readonly redis: Pick<Config['redis'], 'prefix'>;
}

/** Before there was one for each record, a home had one anchor: it is that of the swarm's own. @throws SwarmError as the disk says */
export async function takeOverAnchor(loaded: {
  readonly config: AnchorPlace;
  readonly demo: boolean;
}): Promise<void> {
  const { config, demo } = loaded;
  if (demo || existsSync(anchorFileOf(config))) return;
  await rename(join(config.home, 'audit-anchor.json'), anchorFileOf(config)).catch((thrown: unknown) => {
    const fault = toSwarmError(thrown);
    if (fault.code !== 'FILE_MISSING') throw fault;
  });
}

export function wireAudit({ config, redis, clock, logger, links }: AuditSources): Audit {
  const options = { prefix: config.redis.prefix };
  const log = new AuditLog({ redis, clock }, options);
  const record = createAuditRecord({ redis }, options);
  const ends = new AuditEnds({ log, logger });
  const watch = new AuditWatch(
    { log, record, ends, clock },
    { ...options, anchorFile: anchorFileOf(config) },
  );
  links.alsoCheck(() => [watch.check()]);
  return {
    log,
    record,
    watch,
    endingIn: (sink) => ends.over(sink),
  };
}
