// What the log says of roles that nobody fills, and what becomes an alert.
import { expect, it } from 'vitest';
import { createRoleGaps } from '../../../src/app/role-watch.ts';
import { ManualClock } from '../core/manual-clock.ts';
import type { Instance } from '../../../src/core/registry/index.ts';

const instance = (roles: readonly string[], health: Instance['health'] = 'healthy'): Instance => ({
  ...{ name: 'swarmline', instance: 'i', incarnation: 'i', host: 'hall', pid: 7, version: null },
  ...{ endpoints: {}, load: { pending: null, cpu: null }, tags: {}, startedAt: 1, body: null },
  ...{ roles: [...roles], health, firstSeenAt: 1, seenAt: 1 },
});

const warnings = [
  '{"role":"workers"} no process has the role workers: orders and gas stay queued',
  '{"role":"pipeline"} no process has the role pipeline: no agent is watched, and no gas is decided',
];

/** What is told at looks, each so long after the one before. */
function scene() {
  const clock = new ManualClock();
  const lines: string[] = [];
  const note = (facts: unknown, text?: string) => void lines.push(`${JSON.stringify(facts)} ${text}`);
  const gaps = createRoleGaps({ clock, logger: { warn: note, info: note } });
  const look = (afterMs: number, ...instances: readonly Instance[]) => {
    clock.advance(afterMs);
    gaps.look({ instances });
  };
  const lasting = () => gaps.lasting().map(({ role }) => role);
  return { clock, lines, look, lasting };
}

it('is told once of each role that is missing, and once when it is filled again', () => {
  const { lines, look } = scene();
  look(0, instance(['bots']));
  look(5_000, instance(['bots']));
  look(5_000, instance(['bots']));
  expect(lines).toEqual(warnings);
  look(0, instance(['bots']), instance(['workers', 'pipeline']));
  expect(lines.slice(2)).toEqual([
    '{"role":"workers"} a role is filled again',
    '{"role":"pipeline"} a role is filled again',
  ]);
  look(0, instance(['workers'], 'unhealthy'), instance(['pipeline'], 'degraded'));
  look(6_000, instance(['workers'], 'unhealthy'), instance(['pipeline'], 'degraded'));
  expect(lines.slice(4)).toEqual(warnings.slice(0, 1));
});

it('is not told while the processes come back after an outage of Redis', () => {
  const { lines, look } = scene();
  look(0, instance(['bots']), instance(['workers', 'pipeline']));
  look(20_000);
  look(1_000, instance(['bots']));
  look(3_900, instance(['bots']), instance(['workers', 'pipeline']));
  look(7_000, instance(['bots']), instance(['workers', 'pipeline']));
  expect(lines).toEqual([]);
});

it('counts no time in which Redis did not answer', () => {
  const { lines, look } = scene();
  look(0, instance(['bots']));
  look(20_000, instance(['bots']));
  expect(lines).toEqual([]);
  look(5_000, instance(['bots']));
  expect(lines).toEqual(warnings);
});

it('is an alert once it has lasted as long as a lease, until somebody fills it', () => {
  const { look, lasting } = scene();
  look(0, instance(['bots', 'pipeline']));
  look(5_000, instance(['bots', 'pipeline']));
  expect(lasting()).toEqual([]);
  look(5_000, instance(['bots', 'pipeline']));
  expect(lasting()).toEqual(['workers']);
  look(5_000, instance(['bots', 'pipeline']), instance(['workers']));
  expect(lasting()).toEqual([]);
});

it('stays an alert over an outage of Redis, in which nobody can know better', () => {
  const { clock, look, lasting } = scene();
  for (let i = 0; i < 3; i += 1) look(5_000, instance(['bots', 'pipeline']));
  clock.advance(60_000);
  expect(lasting()).toEqual(['workers']);
  look(0, instance(['bots', 'pipeline']));
  expect(lasting()).toEqual(['workers']);
});
