// A runner of alerts whose conditions a test sets, and ways out that do as it says.
import { onTestFinished } from 'vitest';
import type { AlertSignal, Notice, Silence } from '../../../src/core/alerts/alert.ts';
import type { AlertChannel } from '../../../src/core/alerts/channels/channel.ts';
import { AlertRunner, type AlertRunnerOptions } from '../../../src/core/alerts/runner.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { silentLogger } from '../../../src/core/logger.ts';

export const signal = (key: string, given: Partial<AlertSignal> = {}): AlertSignal => ({
  key,
  source: 'links',
  severity: 'critical',
  title: `${key} is not well`,
  detail: 'no answer',
  runbook: 'docs/runbook.md#alert-test',
  count: 1,
  labels: {},
  ...given,
});

/** A runner over these channels, whose conditions the test sets; stopped after the test. */
export function running(
  channels: readonly AlertChannel[],
  options: AlertRunnerOptions = {},
  now = systemClock.now,
) {
  const state: { signals: readonly AlertSignal[]; silences: readonly Silence[]; frozen: boolean } = {
    signals: [],
    silences: [],
    frozen: false,
  };
  const errors: unknown[] = [];
  const runner = new AlertRunner(
    {
      clock: {
        now,
        sleep: (ms, stop) => systemClock.sleep(Math.min(ms, ms === 1_000 ? 10 : ms), stop),
      },
      logger: {
        ...silentLogger,
        error: (...said: unknown[]) => void errors.push(said[1]),
        child: silentLogger.child,
      },
      channels,
      claims: () => ({
        claim: async () => 'new',
        told: async () => undefined,
        taken: async () => null,
        release: async () => undefined,
        left: async () => [],
        end: async () => true,
      }),
      silences: { list: async () => state.silences },
      conditions: () => state.signals,
      frozen: () => state.frozen,
    },
    { groupMs: 20, takeOverMs: 50, ...options },
  );
  runner.start();
  onTestFinished(() => runner.stop([], 100));
  return { runner, state, errors };
}

export const failing = (name: string): AlertChannel => ({
  name,
  send: () => Promise.reject(new SwarmError(coreErrors.alertUndelivered, `${name} is down`)),
});
export const hanging: AlertChannel = { name: 'hangs', send: () => new Promise(() => undefined) };

/** A channel that fails while the test says so; what it took stands in `took`. */
export const fickle = (name: string) => {
  const channel = { name, fails: false, took: [] as string[], tried: 0 };
  const send = async ({ kind, alerts }: Notice) => {
    channel.tried += 1;
    if (channel.fails) throw new SwarmError(coreErrors.alertUndelivered, `${name} is down`);
    channel.took.push(...alerts.map(({ key }) => `${kind} ${key}`));
  };
  return Object.assign(channel, { send });
};
