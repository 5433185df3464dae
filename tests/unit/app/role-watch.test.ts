// What the log says of roles that nobody fills.
import { expect, it } from 'vitest';
import { makeTeller } from '../../../src/app/role-watch.ts';
import type { Instance } from '../../../src/core/registry/index.ts';

const instance = (roles: readonly string[], health: Instance['health'] = 'healthy'): Instance => ({
  ...{ name: 'swarmline', instance: 'i', incarnation: 'i', host: 'hall', pid: 7, version: null },
  ...{ endpoints: {}, load: { pending: null, cpu: null }, tags: {}, startedAt: 1, body: null },
  ...{ roles: [...roles], health, firstSeenAt: 1, seenAt: 1 },
});

it('is told once of each role that is missing, and once when it is filled again', () => {
  const lines: string[] = [];
  const note = (facts: unknown, text?: string) => void lines.push(`${JSON.stringify(facts)} ${text}`);
  const tell = makeTeller({ warn: note, info: note });
  tell({ instances: [instance(['bots'])] });
  tell({ instances: [instance(['bots'])] });
  expect(lines).toEqual([
    '{"role":"workers"} no process has the role workers: orders and gas stay queued',
    '{"role":"pipeline"} no process has the role pipeline: no agent is watched, and no gas is decided',
  ]);
  tell({ instances: [instance(['bots']), instance(['workers', 'pipeline'])] });
  expect(lines.slice(2)).toEqual([
    '{"role":"workers"} a role is filled again',
    '{"role":"pipeline"} a role is filled again',
  ]);
  tell({ instances: [instance(['workers'], 'unhealthy'), instance(['pipeline'], 'degraded')] });
  expect(lines.slice(4)).toEqual([
    '{"role":"workers"} no process has the role workers: orders and gas stay queued',
  ]);
});
