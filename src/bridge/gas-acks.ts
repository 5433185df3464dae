// Hears agents acknowledge gas over the bus. Unlike telemetry an acknowledgement is said once, so it lies in a durable queue
// while we are away, and goes back there while it cannot be noted.
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { agentOfAckKey, exchanges, gasAckSchema, routingKeys } from '../contracts/bus.ts';
import type { GasAcknowledgement } from '../contracts/ports.ts';
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { type Connection, guarded } from './connection.ts';
import type { Poison } from './poison.ts';

export interface GasAcksDeps {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly poison: Pick<Poison, 'lay'>;
  /** @throws while it cannot be noted; what will never fit is no reason to throw */
  readonly note: (acknowledgement: GasAcknowledgement) => Promise<void>;
}

/** Of one installation: all its processes share it. */
const queueName = (prefix: string) => `swarmline.gas_acks.${prefix.replaceAll(/[{}]/g, '')}`;
// What nobody read for a week is about gas that expired long ago.
const queueOptions = { durable: true, expires: 7 * 86_400_000, maxLength: 100_000 };
const prefetch = 10;
const againMs = 1_000;

/** Adds the queue and its reader to a connection, which must not be open yet. */
export function hearGasAcks(deps: GasAcksDeps, { prefix }: { readonly prefix: string }): void {
  const { connection, clock, logger, poison } = deps;

  async function take(message: ConsumeMessage, channel: Channel): Promise<void> {
    const acknowledgement = parse(message);
    if (acknowledgement === null) {
      poison.lay(channel, message, 'no acknowledgement of gas');
      return settle(() => channel.ack(message));
    }
    try {
      await deps.note(acknowledgement);
      settle(() => channel.ack(message));
    } catch (thrown) {
      logger.warn({ error: errorText(thrown) }, 'an acknowledgement of gas waits to be noted');
      await clock.sleep(againMs);
      settle(() => channel.nack(message));
    }
  }

  connection.use(async (model: ChannelModel) => {
    const channel = guarded(await model.createChannel(), model);
    await channel.prefetch(prefetch);
    const { queue } = await channel.assertQueue(queueName(prefix), queueOptions);
    await channel.bindQueue(queue, exchanges.agentGas.name, routingKeys.anyGasAck);
    await channel.consume(queue, (message) => {
      // Null: RabbitMQ cancelled us (the queue was deleted); only a new set-up makes us hear again.
      if (!message) return void channel.close().catch(() => undefined);
      void take(message, channel);
    });
  });
}

function parse({ fields, content }: ConsumeMessage): GasAcknowledgement | null {
  const agent = agentOfAckKey(fields.routingKey);
  const body = gasAckSchema.safeParse(parseJson(content));
  return agent === null || !body.success ? null : { agent, ...body.data };
}

/** The channel may be gone; then RabbitMQ gives the message again. */
function settle(word: () => void): void {
  try {
    word();
  } catch {
    // a new connection hears it
  }
}

function parseJson(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    return undefined;
  }
}
