// Wires the gas pipeline: its chain, and who hears of deliveries that nobody asked about.
import type { Address } from '../../contracts/chat.ts';
import type { GasBus } from '../../contracts/ports.ts';
import {
  createPipeline,
  inboxlessOf,
  loadChain,
  loadTemplates,
  type Pipeline,
} from '../../pipeline/index.ts';
import type { Config } from '../config.ts';
import type { Shared } from './shared.ts';

/** @throws SwarmError CONFIG_INVALID for a bad chain */
export async function wirePipeline(
  shared: Pick<Shared, 'config' | 'redis' | 'jobs' | 'clock' | 'logger' | 'metrics' | 'faults'> & {
    readonly bus: () => GasBus | undefined;
  },
): Promise<Pipeline> {
  const { config, redis, jobs, clock, logger, metrics: meter, faults, bus } = shared;
  const { agents, chainFile, ackTimeoutMs, ...patience } = config.pipeline;
  return createPipeline(
    { redis, jobs, clock, logger, meter, faults, look: jobs.look, forget: jobs.forget, bus },
    {
      prefix: config.redis.prefix,
      agents,
      chain: await loadChain(
        chainFile,
        agents.map(({ id }) => id),
        { inboxless: inboxlessOf(agents) },
      ),
      ackTimeoutMs,
      patience,
      reportTo: reportAddresses(config),
      stall: config.stall,
      gas: { ...config.gas, templates: await loadTemplates(config.gas.templates) },
      brain: config.brain,
    },
  );
}

function reportAddresses({ reports, discord }: Config): Address[] {
  return [
    ...(reports.console ? [{ surface: 'console', place: 'main' } as const] : []),
    ...(discord.channelId === undefined ? [] : [{ surface: 'discord', place: discord.channelId } as const]),
  ];
}
