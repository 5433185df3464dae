// Wires the bridge: only a process that works on jobs speaks on RabbitMQ.
import { createBridge } from '../../bridge/index.ts';
import type { GasAcknowledgement, GasBus, ServiceControl } from '../../contracts/ports.ts';
import type { Part } from '../../core/lifecycle.ts';
import { observeRestarts } from '../observe/restarts.ts';
import type { Shared } from './shared.ts';

export interface Bus {
  readonly parts: readonly Part[];
  readonly control: ServiceControl;
  /** Absent where there is no bridge. */
  readonly gas?: GasBus;
}

export function wireBus(shared: Shared): Bus {
  const { config, backends, roles, links, redis, guards, clock, logger, instance, pipeline } = shared;
  const { metrics: meter, tracer } = shared;
  if (!roles.includes('workers')) return { parts: [], control: refusing('this process has no bridge') };
  const link = links.add('rabbitmq', { hard: false });
  const { url, said } = backends.rabbitmq;
  if (url === null) {
    link.off(`${said}; set RABBITMQ_URL, or install it`);
    return { parts: [], control: refusing(`there is no RabbitMQ: ${said}`) };
  }
  link.waitsFor('Redis');
  const bridge = createBridge(
    {
      ...{ redis, link, guards, clock, logger, meter, tracer },
      ...{ noteGasAck: noterOf(shared), progress: pipeline.progress },
    },
    {
      url,
      profile: config.bridge.profile,
      balance: config.bridge.balance,
      reporting: withoutFile(config),
      prefix: config.redis.prefix,
      instance,
    },
  );
  return {
    parts: [{ service: bridge, after: ['redis'] }],
    gas: bridge.gas,
    control: observeRestarts(bridge.control, { clock, logger, meter, tracer }),
  };
}

/** Nobody listens where no agent gets its gas over RabbitMQ. */
function noterOf({ config, pipeline, logger }: Shared) {
  const isUsed = config.pipeline.agents.some(({ inbox }) => inbox?.kind === 'amqp');
  if (!isUsed) return undefined;
  return async (acknowledgement: GasAcknowledgement): Promise<void> => {
    const noted = await pipeline.noteAcknowledgement(acknowledgement, 'acknowledged over RabbitMQ');
    const { agent, id } = acknowledgement;
    if (noted === 'unknown')
      logger.warn({ agent, id }, 'an acknowledgement of gas that is not for its agent');
  };
}

/** Who writes a status.json is heard by that alone. */
function withoutFile({ pipeline }: Shared['config']): string[] {
  return pipeline.agents.flatMap(({ id, statusFile }) => (statusFile === undefined ? [id] : []));
}

function refusing(reason: string): ServiceControl {
  const end = { outcome: { state: 'failed', reason }, kept: Promise.resolve() } as const;
  return { restart: () => Promise.resolve(end) };
}
