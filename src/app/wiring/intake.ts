// Wires the command surface: the same for every place that people type in.
import { createApprovals, createFloodGuard, createLimits } from '../../access/index.ts';
import { createDroneDirectory, createSentOrders, createServiceDirectory } from '../../bridge/index.ts';
import {
  type CommandIntake,
  type Completer,
  catalogueFor,
  createCompleter,
  createIntake,
} from '../../commands/index.ts';
import type { ApprovalWork } from '../../contracts/ports.ts';
import type { ProcessView } from '../../contracts/system.ts';
import { createActionDirectory, createCanceller } from '../../queue/index.ts';
import { createSystemDirectory } from '../presence.ts';
import { overRedis } from '../read-models.ts';
import type { Shared } from './shared.ts';

/** What people type, and what could be typed next. */
export interface Commands {
  readonly intake: CommandIntake;
  readonly completer: Completer;
  readonly approvals: ApprovalWork;
}

export function wireIntake({
  config,
  redis,
  registry,
  view,
  jobs,
  queues,
  policy,
  audit,
  access,
  pipeline,
  clock,
  logger,
  faults,
  metrics: meter,
  tracer,
}: Shared): Commands {
  const { prefix } = config.redis;
  const orders = createSentOrders(redis, { prefix });
  const { processes } = createSystemDirectory(registry);
  return commandsOver(
    {
      clock,
      logger,
      faults,
      meter,
      tracer,
      policy,
      audit: audit.log,
      record: audit.record,
      access,
      jobs,
      bounds: {
        store: overRedis(createLimits(redis, { prefix })),
        flood: createFloodGuard(clock),
        settings: config.limits,
      },
      approvals: overRedis(createApprovals({ redis, clock }, { prefix, ...config.approvals })),
      services: overRedis(createServiceDirectory({ redis }, { prefix })),
      actions: overRedis(createActionDirectory(redis, { prefix })),
      drones: overRedis(createDroneDirectory({ redis }, { prefix })),
      agents: overRedis(pipeline.directory),
      brain: overRedis(pipeline.brain),
      queues: overRedis(queues),
      canceller: overRedis(
        createCanceller(
          { redis, jobs, clock, orders, ledger: pipeline.ledger, callOff: pipeline.callOff },
          { prefix },
        ),
      ),
      system: { processes: async () => withSelf(await processes().catch(() => []), view()) },
    },
    catalogueFor({ restartReachesAll: config.bridge.profile === 'legacy-fanout' }),
  );
}

function commandsOver(...of: Parameters<typeof createIntake>): Commands {
  const intake = createIntake(...of);
  return { intake, completer: createCompleter(...of), approvals: intake };
}

// Each process speaks for itself: what it wrote into Redis is up to two seconds old, and while Redis is away nobody can
// speak for the others.
function withSelf(told: readonly ProcessView[], self: ProcessView): ProcessView[] {
  const others = told.filter(({ instance }) => instance !== self.instance);
  return [...others, self].toSorted((a, b) => a.startedAt - b.startedAt);
}
