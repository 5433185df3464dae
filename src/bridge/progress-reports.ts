// Hears agents tell their progress over the bus. A report is said once, and the last of a mission matters most, so reports
// lie in a durable queue while we are away. What can never be taken goes to the dead letters, with the reason.
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { agentOfProgressKey, exchanges, routingKeys } from '../contracts/bus.ts';
import { domainErrors } from '../contracts/errors.ts';
import type { Meter } from '../contracts/metrics.ts';
import { type ProgressReport, type ProgressSink, progressMessageSchema } from '../contracts/progress.ts';
import type { Clock } from '../core/clock.ts';
import { SwarmError, toSwarmError } from '../core/errors.ts';
import { inputFault } from '../core/input-faults.ts';
import { makeLanes } from '../core/lanes.ts';
import type { Logger } from '../core/logger.ts';
import { plainText } from '../core/text.ts';
import { type Connection, guarded } from './connection.ts';
import type { Poison } from './poison.ts';

export interface ProgressReportsDeps {
  readonly connection: Connection;
  readonly poison: Pick<Poison, 'lay'>;
  readonly progress: ProgressSink;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly meter?: Meter | undefined;
}

const { name: exchange } = exchanges.agentProgress;
/** Of one installation: all its processes share it, and one at a time reads, so that reports of an agent keep their order. */
const queueName = (prefix: string) => `swarmline.${exchange}.${prefix.replaceAll(/[{}]/g, '')}`;
const queueOptions = {
  durable: true,
  // What nobody read for a week is about missions that ended long ago.
  expires: 7 * 86_400_000,
  maxLength: 100_000,
  arguments: { 'x-single-active-consumer': true },
};
const prefetch = 200;
const againMs = 1_000;

/** Adds the queue and its reader to a connection, which must not be open yet. @param of.agents whose keys are bound */
export function hearProgress(
  deps: ProgressReportsDeps,
  of: { readonly prefix: string; readonly agents: readonly string[] },
): void {
  if (of.agents.length === 0) return;
  deps.connection.use(async (model: ChannelModel) => {
    const channel = guarded(await model.createChannel(), model);
    const reader = createReader(deps, channel);
    await channel.prefetch(prefetch);
    const { queue } = await channel.assertQueue(queueName(of.prefix), queueOptions);
    // Not agent.*: other swarms on the same RabbitMQ have agents of their own.
    for (const agent of of.agents) {
      await channel.bindQueue(queue, exchange, routingKeys.agentProgress(agent));
    }
    await channel.consume(queue, (message) => {
      // Null: RabbitMQ cancelled us (the queue was deleted); only a new set-up makes us hear again.
      if (!message) return void channel.close().catch(() => undefined);
      reader(message);
    });
  });
}

/** Reports of one agent one after the other; those of many side by side. */
function createReader(deps: ProgressReportsDeps, channel: Channel): (message: ConsumeMessage) => void {
  const inLane = makeLanes();
  let isOpen = true;
  channel.once('close', () => {
    isOpen = false;
  });
  const take = async (message: ConsumeMessage): Promise<void> => {
    const result = await handled(deps, message, { channel, isOpen: () => isOpen });
    if (result === null) return;
    deps.meter?.count('bus_messages_total', { exchange, direction: 'received', result });
    try {
      channel.ack(message);
    } catch {
      // The channel is gone: RabbitMQ gives the message again, and what was told by it is told as a duplicate.
    }
  };
  return (message) => {
    void inLane(message.fields.routingKey, () => take(message));
  };
}

/** Null where the channel closed before it could be taken. */
async function handled(
  deps: ProgressReportsDeps,
  message: ConsumeMessage,
  { channel, isOpen }: { readonly channel: Channel; readonly isOpen: () => boolean },
): Promise<'handled' | 'garbage' | null> {
  while (isOpen()) {
    try {
      await deps.progress.report(reportOf(message));
      return 'handled';
    } catch (thrown) {
      const fault = toSwarmError(thrown);
      if (!fault.retryable) {
        deps.poison.lay(channel, message, `${fault.code}: ${fault.message}`);
        return 'garbage';
      }
      deps.logger.warn(
        { key: keyOf(message), error: fault.message },
        'a report of progress waits to be taken',
      );
      await deps.clock.sleep(againMs);
    }
  }
  return null;
}

/** @throws SwarmError REQUEST_INVALID */
function reportOf({ fields, content }: ConsumeMessage): ProgressReport {
  const agent = agentOfProgressKey(fields.routingKey);
  if (agent === null) throw new SwarmError(domainErrors.requestInvalid, 'its key names no agent');
  const { agent: named = agent, ...words } = bodyOf(content);
  if (named === agent) return { agent, ...words };
  throw new SwarmError(domainErrors.requestInvalid, `its key is of ${agent}, and its body names ${named}`);
}

/** @throws SwarmError REQUEST_INVALID */
function bodyOf(content: Buffer) {
  try {
    return progressMessageSchema.parse(JSON.parse(content.toString('utf8')));
  } catch (thrown) {
    throw inputFault(thrown, domainErrors.requestInvalid) ?? thrown;
  }
}

function keyOf({ fields }: ConsumeMessage): string {
  return plainText(fields.routingKey, 200);
}
