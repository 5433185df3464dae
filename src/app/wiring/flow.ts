// Wires the flow of orders: their sink with its bounds, what notes them on their way, and the outbox of this process, in a
// folder of the home, which all processes of the home share, each with files of its own.
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { JobSink } from '../../contracts/ports.ts';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import type { Redis } from '../../core/redis.ts';
import { processOwner } from '../../core/spool-names.ts';
import { Spool } from '../../core/spool.ts';
import {
  createProducer,
  Outbox,
  type Producer,
  type ProducerOptions,
  rememberReports,
  tellAside,
} from '../../queue/index.ts';
import type { Config } from '../config.ts';
import type { Observation } from '../observe/observation.ts';
import type { Audit } from './audit.ts';

export interface FlowSources extends Pick<Observation, 'metrics' | 'tracer' | 'faults'> {
  readonly config: Config;
  readonly redis: Redis;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly audit: Pick<Audit, 'endingIn'>;
}

export interface Flow {
  readonly jobs: Producer;
  readonly outbox: Outbox;
}

export async function wireFlow(sources: FlowSources): Promise<Flow> {
  const { config, redis, clock, logger, metrics: meter, tracer, audit } = sources;
  const { prefix } = config.redis;
  const outbox = await openOutbox(sources);
  const producer = createProducer({ redis, clock, outbox, logger, meter, tracer }, optionsOf(config));
  const around = (sink: JobSink) => audit.endingIn(rememberReports(sink, redis, { prefix }));
  // What expired on disk is told through the same two, though it never came in by `add`.
  const jobs = { ...producer, ...around(producer), flush: () => producer.flush(around) };
  return { jobs, outbox };
}

async function openOutbox({ config, clock, logger, faults }: FlowSources): Promise<Outbox> {
  const { outboxOrders: maxCount, outboxBytes: maxBytes } = config.flow;
  const owner = await processOwner(hostname());
  const spool = new Spool(
    { owner, clock, onAside: tellAside({ logger, faults }) },
    { folder: join(config.home, 'outbox'), maxCount, maxBytes },
  );
  return new Outbox({ spool, clock, logger, faults });
}

function optionsOf({ redis: { prefix }, flow, pipeline }: Config): ProducerOptions {
  const agents = new Set(pipeline.agents.map(({ id }) => id));
  const { capacity, copyWindowMs } = flow;
  return { prefix, capacity, copyWindowMs, isReceiver: (name) => agents.has(name) };
}
