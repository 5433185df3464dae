// Wires the bridge: only a process that works on jobs speaks on RabbitMQ.
import { createBridge } from '../../bridge/index.ts';
import type { ServiceControl } from '../../contracts/ports.ts';
import type { Part } from '../../core/lifecycle.ts';
import { observeRestarts } from '../observe/restarts.ts';
import type { Shared } from './shared.ts';

export interface Bus {
  readonly parts: readonly Part[];
  readonly control: ServiceControl;
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
    { redis, link, guards, clock, logger, meter, tracer, progress: pipeline.progress },
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
    control: observeRestarts(bridge.control, { clock, logger, meter, tracer }),
  };
}

/** Who writes a status.json is heard by that alone. */
function withoutFile({ pipeline }: Shared['config']): string[] {
  return pipeline.agents.flatMap(({ id, statusFile }) => (statusFile === undefined ? [id] : []));
}

function refusing(reason: string): ServiceControl {
  return { restart: () => Promise.resolve({ state: 'failed', reason }) };
}
