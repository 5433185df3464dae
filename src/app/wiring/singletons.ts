// Wires what only one process of the fleet may have: a connection to a chat platform, one per token.
import { createHash } from 'node:crypto';
import type { Surface } from '../../contracts/chat.ts';
import { domainErrors } from '../../contracts/errors.ts';
import type { ReportSink } from '../../contracts/ports.ts';
import { SwarmError } from '../../core/errors.ts';
import { LeaderLease } from '../../core/leader-lease.ts';
import type { Link } from '../../core/links.ts';
import type { Service } from '../../core/service.ts';
import { Singleton } from '../../core/singleton.ts';
import { createReportMemory } from '../../queue/index.ts';
import type { Shared } from './shared.ts';

/** After kill -9 of the holder another has taken over by then, ms. */
const ttlMs = 5_000;

export interface OncePerToken<S extends Service & ReportSink> {
  readonly surface: Surface;
  readonly link: Link;
  /** As it is now; undefined: there is no connection to share. */
  readonly token: () => string | undefined;
  /** Loads the libraries of all chats of this process: the import of one must not cost another its lease. */
  readonly load: () => Promise<unknown>;
  /** Makes the bot around the memory of what it has shown. */
  readonly bot: (memory: ReturnType<typeof createReportMemory>) => S;
}

/** A bot that only one process runs. */
export interface Held {
  readonly service: Singleton;
  readonly sink: ReportSink;
  /** Whether this process is certain to be the one. */
  readonly holds: () => boolean;
}

export function oncePerToken<S extends Service & ReportSink>(
  { config, redis, instance, host, clock, logger }: Shared,
  { surface, link, token, load, bot }: OncePerToken<S>,
): Held {
  const { prefix } = config.redis;
  // What a bot has shown is one memory for all; only the one that holds the connection may write it.
  const memory = createReportMemory(redis, { prefix, surface, fence: () => singleton.fence() });
  const service = bot(memory);
  link.waitsFor('Redis');
  const singleton = new Singleton({
    service,
    clock,
    logger,
    prepare: () => {
      link.begins();
      return load();
    },
    lease: () => {
      const secret = token();
      if (secret === undefined) return null;
      const key = `${prefix}:leader:${surface}:${fingerprint(secret)}`;
      return new LeaderLease(redis, { key, ttlMs, holder: { instance, host, pid: process.pid } });
    },
    onStandby: (holder) =>
      link.standby(`held by ${holder ? `${holder.host}:${holder.pid}` : 'another process'}`),
  });
  const holds = () => singleton.holds();
  const report: ReportSink['report'] = (told) =>
    holds()
      ? service.report(told)
      : Promise.reject(new SwarmError(domainErrors.chatUnavailable, notHere(surface)));
  return { service: singleton, holds, sink: { report } };
}

function notHere(surface: Surface): string {
  return `this process does not hold the connection to ${surface}`;
}

// The token itself must not lie in Redis.
function fingerprint(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 16);
}
