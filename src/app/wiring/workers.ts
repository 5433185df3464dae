// Wires the job handlers to the ports they act through, and the queues that this process consumes.
import { createSentOrders } from '../../bridge/index.ts';
import { createSilences } from '../../core/alerts/silences.ts';
import type { Surface } from '../../contracts/chat.ts';
import type { ApprovalWork, ReportSink, ServiceControl } from '../../contracts/ports.ts';
import {
  type BoundHandler,
  bindHandler,
  makeApprovalsSweep,
  makeChatReport,
  makeDeliverGas,
  makeGasTick,
  makeHoldQueue,
  makePipelineSweep,
  makeRestartService,
  makeSettleLetters,
  makeSilenceAlert,
  makeSwarmOrders,
  WorkerHost,
} from '../../queue/index.ts';
import type { Shared } from './shared.ts';

// One at a time, so that lines keep their order. Discord orders its edits per message itself, and waits between two of
// one message, which must not hold up the others.
const reportsAtOnce = (surface: string) => (surface === 'discord' ? 10 : 1);

const restartGraceMs = 15_000;

export interface Outlets {
  readonly control: ServiceControl;
  readonly approvals: ApprovalWork;
  readonly sinks: Partial<Readonly<Record<Surface, ReportSink>>>;
  /** Whether the event loop of this process is late. */
  readonly isLate: () => boolean;
  /** Whether this process may tell on a surface now; absent: always. */
  readonly holds: Partial<Readonly<Record<Surface, () => boolean>>>;
}

export function wireWorkers(shared: Shared, outlets: Outlets): WorkerHost {
  const { config, backends, roles, redis, clock, logger, links, faults } = shared;
  const { metrics: meter, tracer } = shared;
  const link = links.add('workers', { hard: true });
  link.waitsFor('Redis');
  const queues: Record<string, number> = {};
  const holds = new Map(Object.entries(outlets.holds).map(([surface, held]) => [`report.${surface}`, held]));
  if (roles.includes('workers')) Object.assign(queues, { services: 20, gas: 10, control: 2 });
  if (roles.includes('pipeline')) queues['pipeline'] = 1;
  for (const surface of Object.keys(outlets.sinks)) queues[`report.${surface}`] = reportsAtOnce(surface);
  return new WorkerHost(
    {
      ...{ redis, clock, logger, link, faults, meter, tracer },
      handlers: wireHandlers(shared, outlets),
      jobs: shared.jobs,
      orders: createSentOrders(redis, config.redis),
      isLate: outlets.isLate,
      mayFetch: (queue) => holds.get(queue)?.() ?? true,
    },
    {
      ...{ redisUrl: backends.redis.url, prefix: config.redis.prefix, queues },
      // The bridge ends a restart by itself; only one that hangs beyond that is ended from here.
      timeoutsMs: { 'service.restart': config.bridge.restartDeadlineMs + restartGraceMs },
    },
  );
}

function wireHandlers(
  { config, redis, jobs, queues, clock, logger, policy, pipeline }: Shared,
  { control, sinks, approvals }: Outlets,
): BoundHandler[] {
  const { ledger, inbox, work, control: swarm, traces } = pipeline;
  const silences = createSilences(redis, { prefix: config.redis.prefix });
  const silencer = {
    silence: (pattern: string, until: number) => silences.put({ pattern, until }, clock.now()),
  };
  return [
    bindHandler(
      makeRestartService(
        {
          ...{ redis, jobs, clock, control, authority: policy },
          orders: createSentOrders(redis, config.redis),
        },
        {
          prefix: config.redis.prefix,
          deadlineMs: config.bridge.restartDeadlineMs,
          reachesAll: config.bridge.profile === 'legacy-fanout',
        },
      ),
    ),
    bindHandler(makeSilenceAlert({ silencer, jobs, authority: policy, clock })),
    bindHandler(makeHoldQueue({ control: queues, jobs, authority: policy, clock })),
    bindHandler(makeSettleLetters({ queues, ledger, jobs, authority: policy, clock })),
    ...makeSwarmOrders({ control: swarm, traces, jobs, authority: policy, clock }),
    bindHandler(makeDeliverGas({ ledger, inbox, noteMissed: pipeline.noteMissed })),
    bindHandler(makeGasTick(work, clock)),
    bindHandler(makePipelineSweep(work)),
    bindHandler(makeApprovalsSweep(approvals)),
    bindHandler(makeChatReport({ clock, logger, sinks, approvals })),
  ];
}
