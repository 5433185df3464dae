// Wires the command surface: the same for every place that people type in.
import { createApprovals } from '../../access/index.ts';
import { createDroneDirectory, createServiceDirectory } from '../../bridge/index.ts';
import { type CommandIntake, catalogue, createIntake } from '../../commands/index.ts';
import type { ApprovalWork } from '../../contracts/ports.ts';
import type { ProcessView } from '../../contracts/system.ts';
import { createSystemDirectory } from '../presence.ts';
import { overRedis } from '../read-models.ts';
import type { Shared } from './shared.ts';

export function wireIntake({
  config,
  redis,
  registry,
  view,
  jobs,
  policy,
  pipeline,
  clock,
  logger,
  faults,
  metrics: meter,
  tracer,
}: Shared): CommandIntake & ApprovalWork {
  const { prefix } = config.redis;
  const { processes } = createSystemDirectory(registry);
  return createIntake(
    {
      clock,
      logger,
      faults,
      meter,
      tracer,
      policy,
      jobs,
      approvals: overRedis(createApprovals({ redis, clock }, { prefix, ...config.approvals })),
      services: overRedis(createServiceDirectory({ redis }, { prefix })),
      drones: overRedis(createDroneDirectory({ redis }, { prefix })),
      agents: overRedis(pipeline.directory),
      system: { processes: async () => withSelf(await processes().catch(() => []), view()) },
    },
    catalogue,
  );
}

// Each process speaks for itself: what it wrote into Redis is up to two seconds old, and while Redis is away nobody can
// speak for the others.
function withSelf(told: readonly ProcessView[], self: ProcessView): ProcessView[] {
  const others = told.filter(({ instance }) => instance !== self.instance);
  return [...others, self].toSorted((a, b) => a.startedAt - b.startedAt);
}
