// Processes with alerts over one Redis, whose conditions a test sets, and whose ways out it lets fail.
import { onTestFinished } from 'vitest';
import type { AlertSignal, Notice } from '../../../src/core/alerts/alert.ts';
import { type AlertChannel, wayNameOf } from '../../../src/core/alerts/channels/channel.ts';
import { createAlertClaims } from '../../../src/core/alerts/claims.ts';
import { AlertRunner, type AlertRunnerOptions } from '../../../src/core/alerts/runner.ts';
import { createSilences } from '../../../src/core/alerts/silences.ts';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import type { Redis } from '../../../src/core/redis.ts';

export const signal: AlertSignal = {
  key: 'link-lost/rabbitmq',
  source: 'links',
  severity: 'warning',
  title: 'rabbitmq is away',
  detail: '',
  runbook: '',
  count: 1,
  labels: {},
};

/** Looks a hundred times as often as a real one; the times of the book are in `options`. */
const hasty: Clock = {
  ...systemClock,
  sleep: (ms, stop) => systemClock.sleep(ms === 1_000 ? 10 : ms, stop),
};

/** A process with alerts: what it told goes into `told`. */
export function processOf(
  redis: Redis,
  prefix: string,
  instance: string,
  options: Partial<AlertRunnerOptions> = {},
  ways: readonly (string | Pick<AlertChannel, 'name' | 'to'>)[] = ['test'],
  { lateForMs = 0 } = {},
) {
  const told: Notice[] = [];
  const byWay: string[] = [];
  const given = ways.map((way) => (typeof way === 'string' ? { name: way } : way));
  const channels = given.map((way) => ({
    ...way,
    lateForMs,
    send: async (notice: Notice) => {
      state.tried += 1;
      if (state.fails) throw new SwarmError(coreErrors.alertUndelivered, `${way.name} is away`);
      if (way === given[0]) told.push(notice);
      byWay.push(`${wayNameOf(way).name} ${notice.kind}`);
    },
  }));
  const state = { signals: [] as readonly AlertSignal[], claimed: 0, looked: 0, tried: 0, fails: false };
  const runner = new AlertRunner(
    {
      clock: hasty,
      logger: silentLogger,
      channels,
      claims: (way) => {
        const claims = createAlertClaims(redis, { prefix, instance, way });
        const claim = (key: string) => {
          state.claimed += 1;
          return claims.claim(key);
        };
        return { ...claims, claim };
      },
      silences: createSilences(redis, { prefix }),
      conditions: () => {
        state.looked += 1;
        return state.signals;
      },
      frozen: () => false,
    },
    { groupMs: 20, askEveryMs: 100, keepEveryMs: 100, takeOverMs: 400, ...options },
  );
  runner.start();
  const stop = () => runner.stop([], 100);
  onTestFinished(stop);
  return { told, byWay, state, runner, stop, kinds: () => told.map(({ kind }) => kind) };
}
