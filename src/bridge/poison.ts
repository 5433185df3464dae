// What came on the bus and cannot be handled: sent on to `swarmline.dlx` byte for byte, under its own key, with the reason
// in its headers, where a bounded queue keeps it for whoever looks. It judges nothing, and never holds a consumer up.
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { deadQueue, exchanges } from '../contracts/bus.ts';
import type { Meter } from '../contracts/metrics.ts';
import type { Clock } from '../core/clock.ts';
import { errorText } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { plainText } from '../core/text.ts';

export interface PoisonDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
  readonly meter?: Meter | undefined;
}

/** A producer that speaks another language all day must not fill RabbitMQ: more in a second are counted alone. */
const mostPerSecond = 20;
/** The same reason is told once in this time, ms. */
const tellEveryMs = 60_000;

export class Poison {
  readonly #deps: PoisonDeps;
  readonly #by: string;
  #second = 0;
  #inSecond = 0;
  #laid = 0;
  #told = { reason: '', at: Number.NEGATIVE_INFINITY };

  /** @param by who could not handle it: each process that heard a message sends on its own copy */
  constructor(deps: PoisonDeps, { by }: { readonly by: string }) {
    this.#deps = deps;
    this.#by = by;
  }

  /** How many were sent on since the start. */
  get laid(): number {
    return this.#laid;
  }

  /** Sends it on over the channel it came by; never throws. */
  lay(channel: Pick<Channel, 'publish'>, { fields, properties, content }: ConsumeMessage, why: string): void {
    const reason = plainText(why, 300);
    const { exchange, routingKey } = fields;
    this.#tell({ exchange, key: plainText(routingKey, 100), reason });
    if (!this.#hasRoom()) return;
    const { clock, logger, meter } = this.#deps;
    const headers = {
      ...properties.headers,
      ...{
        'x-swarmline-exchange': exchange,
        'x-swarmline-by': this.#by,
        'x-swarmline-reason': reason,
        'x-swarmline-at': clock.now(),
      },
    };
    // An expiration would end it here too, and RabbitMQ closes the channel over a user that is not ours.
    const { expiration: _expiration, userId: _userId, clusterId: _clusterId, ...carried } = properties;
    try {
      channel.publish(exchanges.dead.name, routingKey, content, { ...carried, headers });
      this.#laid += 1;
      meter?.count('bus_messages_total', {
        exchange: exchanges.dead.name,
        direction: 'sent',
        result: 'routed',
      });
    } catch (thrown) {
      // The channel is gone; it is counted and told all the same.
      logger.debug({ error: errorText(thrown) }, 'a message that cannot be handled could not be sent on');
    }
  }

  #hasRoom(): boolean {
    const second = Math.floor(this.#deps.clock.now() / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#inSecond = 0;
    }
    this.#inSecond += 1;
    return this.#inSecond <= mostPerSecond;
  }

  #tell(what: { readonly exchange: string; readonly key: string; readonly reason: string }): void {
    const { clock, logger } = this.#deps;
    const now = clock.now();
    if (what.reason === this.#told.reason && now - this.#told.at < tellEveryMs) return;
    this.#told = { reason: what.reason, at: now };
    logger.warn(what, `a message on the bus cannot be handled; it lies in ${deadQueue.name}`);
  }
}

/** Makes the queue that keeps it; the oldest goes where there is no room. */
export async function assertDeadQueue(model: ChannelModel): Promise<void> {
  const channel = await model.createChannel();
  channel.on('error', () => undefined);
  const { name, maxLength, maxLengthBytes, messageTtl } = deadQueue;
  const limits = { 'x-max-length-bytes': maxLengthBytes };
  await channel.assertQueue(name, { durable: true, maxLength, messageTtl, arguments: limits });
  await channel.bindQueue(name, exchanges.dead.name, '#');
  await channel.close();
}
