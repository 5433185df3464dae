// Keeps one session alive after another: own backoff between them, and an end when Discord refuses us.
// What a session is, it does not know.
import { backoffMs } from '../../core/backoff.ts';
import type { Clock } from '../../core/clock.ts';
import type { Link } from '../../core/links.ts';
import type { Logger } from '../../core/logger.ts';
import type { SessionEnd } from './session.ts';

export interface ConnectionDeps {
  readonly run: (signal: AbortSignal) => Promise<SessionEnd>;
  readonly link: Link;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface ConnectionOptions {
  /** First and longest wait between two sessions, ms. */
  readonly retryInitialMs: number;
  readonly retryMaxMs: number;
}

// Discord counts logins, not attempts that never reach it; whoever waits for it to appear shall not wait a minute more.
const unreachedMaxMs = 1_500;

/** Returns when the signal fires or when Discord refused us for good. Never rejects. */
export async function keepConnected(
  deps: ConnectionDeps,
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<void> {
  const backoff = { initialMs: options.retryInitialMs };
  let failures = 0;
  deps.link.connecting('');
  while (!signal.aborted) {
    const provedBefore = deps.link.status().lastProofAt;
    const end = await deps.run(signal);
    if (end.kind === 'stopped') return;
    deps.link.down(end.reason);
    if (end.kind === 'refused') {
      deps.logger.error({ reason: end.reason }, 'discord: refused; not trying again');
      return;
    }
    const wasUp = deps.link.status().lastProofAt !== provedBefore;
    failures = wasUp ? 1 : failures + 1;
    if (failures === 1) deps.logger.warn({ reason: end.reason }, 'discord: not connected; trying on');
    const maxMs = end.unreached === true ? Math.min(unreachedMaxMs, options.retryMaxMs) : options.retryMaxMs;
    await deps.clock.sleep(backoffMs(failures, { ...backoff, maxMs }), signal).catch(() => undefined);
  }
}
