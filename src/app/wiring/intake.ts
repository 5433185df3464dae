// Wires the command surface: the same for every place that people type in.
import { createConfirmations } from '../../access/index.ts';
import { createDroneDirectory, createServiceDirectory } from '../../bridge/index.ts';
import { type CommandIntake, catalogue, createIntake } from '../../commands/index.ts';
import { createSystemDirectory } from '../presence.ts';
import { overRedis } from '../read-models.ts';
import type { Shared } from './shared.ts';

export function wireIntake({
  config,
  redis,
  view,
  jobs,
  policy,
  pipeline,
  clock,
  logger,
}: Shared): CommandIntake {
  const { prefix } = config.redis;
  const { processes } = createSystemDirectory(redis, { prefix, clock });
  return createIntake(
    {
      clock,
      logger,
      policy,
      jobs,
      confirmations: overRedis(createConfirmations({ redis, clock }, { prefix })),
      services: overRedis(createServiceDirectory({ redis }, { prefix })),
      drones: overRedis(createDroneDirectory({ redis }, { prefix })),
      agents: overRedis(pipeline.directory),
      // While Redis is away nobody can speak for the other processes; this one still speaks for itself.
      system: { processes: () => processes().catch(() => [view()]) },
    },
    catalogue,
  );
}
