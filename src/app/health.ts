// What a process tells of its health beside its links, and where.
import type { LivePolicy, Refusal } from '../access/index.ts';
import { HealthServer } from '../api/index.ts';
import type { PlatformMetrics } from '../contracts/metrics.ts';
import type { Clock } from '../core/clock.ts';
import type { Check } from '../core/health.ts';
import type { LogLoss } from '../core/log-file.ts';
import { utc } from '../core/utc.ts';
import type { ComponentView } from '../contracts/system.ts';
import type { Config } from './config.ts';
import type { LinkBoard } from './links.ts';
import type { LiveChain } from './live-chain.ts';

/** The probes on a port of their own; undefined where none is configured, and the api has them. */
export function createHealthServer(
  { host, port }: Config['health'],
  { links, clock, metrics }: HealthSources,
): HealthServer | undefined {
  if (port === undefined) return undefined;
  const readiness = () => links.readiness();
  return new HealthServer(
    { readiness, now: () => clock.now(), scrape: () => metrics.scrape() },
    { host, port },
  );
}

interface HealthSources {
  readonly links: LinkBoard;
  readonly clock: Clock;
  readonly metrics: PlatformMetrics;
}

/**
 * A policy that cannot be used denies everything: questions too, so the platform does but a part of its work. One that is
 * empty does the same, and may be meant so for a while, but not unnoticed. One whose file broke later decides as before it,
 * which whoever took a right away in that file would not expect.
 */
export function policyCheck(policy: Pick<LivePolicy, 'broken' | 'rules' | 'refused'>): Check {
  const { broken, rules, refused } = policy;
  const kept = refused === null ? null : refusalText(refused);
  const why = broken ?? kept ?? (rules?.allowsNobody ? 'it allows nobody anything' : null);
  return { name: 'policy', hard: false, health: why === null ? 'healthy' : 'unhealthy', detail: why ?? '' };
}

function refusalText({ why, since }: Refusal): string {
  return `the policy file cannot be read since ${utc(since)}; the rules of before are in force: ${why}`;
}

/** A chain whose file broke goes on as before it, until a restart, which does not come up with that file. */
export function chainCheck({ refused }: Pick<LiveChain, 'refused'>): Check {
  const detail =
    refused === null
      ? ''
      : `the chain's file cannot be used since ${utc(refused.since)}; the chain of before is in force: ${refused.why}`;
  return { name: 'chain', hard: false, health: refused === null ? 'healthy' : 'unhealthy', detail };
}

/** What the supervisor says of the parts. One that is on its first way up is not well yet; one that failed is not well until it is back. */
export function componentChecks(parts: readonly ComponentView[]): Check[] {
  return parts.map(({ name, hard, state, error, braked, restarts }) => {
    const hasFailed = state === 'failed' || error !== null || restarts > 0;
    if (state === 'ready' || (!hard && state !== 'failed')) {
      return { name: `part ${name}`, hard, health: 'healthy', detail: '' };
    }
    const detail = braked ? `braked after crashing in a loop: ${error}` : (error ?? state);
    return { name: `part ${name}`, hard, health: 'unhealthy', detail, beginning: !hasFailed };
  });
}

/** A log that cannot be written costs lines, not the service; what is missing is counted. */
export function logCheck(loss: LogLoss | null): Check {
  const { dropped = 0, why = null } = loss ?? {};
  return {
    name: 'log',
    hard: false,
    health: why === null ? 'healthy' : 'unhealthy',
    detail: dropped === 0 ? '' : `${dropped} lines lost${why === null ? '' : `: ${why}`}`,
  };
}
