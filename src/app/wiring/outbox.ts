// Wires the flow of orders: its bounds, and the outbox of this process, in a folder of the home, which all processes of the home share, each with files of its own.
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../core/clock.ts';
import type { FaultSink } from '../../core/faults.ts';
import type { Logger } from '../../core/logger.ts';
import { processOwner } from '../../core/spool-names.ts';
import { Spool } from '../../core/spool.ts';
import { Outbox, type ProducerOptions } from '../../queue/index.ts';
import type { Config } from '../config.ts';

export interface OpenOutboxDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly faults: FaultSink;
}

export async function openOutbox({ config, clock, logger, faults }: OpenOutboxDeps): Promise<Outbox> {
  const { outboxOrders: maxCount, outboxBytes: maxBytes } = config.flow;
  const owner = await processOwner(hostname());
  const spool = new Spool({ owner, clock }, { folder: join(config.home, 'outbox'), maxCount, maxBytes });
  return new Outbox({ spool, clock, logger, faults });
}

export function flowOptions({ redis: { prefix }, flow, pipeline }: Config): ProducerOptions {
  const agents = new Set(pipeline.agents.map(({ id }) => id));
  const { capacity, copyWindowMs } = flow;
  return { prefix, capacity, copyWindowMs, isReceiver: (name) => agents.has(name) };
}
