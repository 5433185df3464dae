// Wires the gas pipeline: its chain, and who hears of deliveries that nobody asked about.
import type { Address } from '../../contracts/chat.ts';
import { createPipeline, loadChain, type Pipeline } from '../../pipeline/index.ts';
import type { Config } from '../config.ts';
import type { Role } from '../roles.ts';
import type { Shared } from './shared.ts';

/** @throws SwarmError CONFIG_INVALID for a bad chain */
export async function wirePipeline(
  shared: Pick<Shared, 'config' | 'roles' | 'redis' | 'jobs' | 'clock' | 'logger'>,
): Promise<Pipeline> {
  const { config, roles, redis, jobs, clock, logger } = shared;
  const { agents, chainFile, ackTimeoutMs } = config.pipeline;
  return createPipeline(
    { redis, jobs, clock, logger },
    {
      prefix: config.redis.prefix,
      agents,
      chain: await loadChain(
        chainFile,
        agents.map(({ id }) => id),
      ),
      ackTimeoutMs,
      reportTo: reportAddresses(config, roles),
    },
  );
}

// Reports to a console that no process has would pile up unread.
function reportAddresses({ reports, discord }: Config, roles: readonly Role[]): Address[] {
  return [
    ...(reports.console && roles.includes('console') ? [{ surface: 'console', place: 'main' } as const] : []),
    ...(discord.channelId === undefined ? [] : [{ surface: 'discord', place: discord.channelId } as const]),
  ];
}
