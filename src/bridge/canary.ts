// A message to ourselves: published on the connection and consumed from it again. One that has fallen deaf still has an
// open socket, a heartbeat even, and does not bring it back.
import { randomUUID } from 'node:crypto';
import { Duplex } from 'node:stream';
import type { Channel, ChannelModel } from 'amqplib';
import { domainErrors } from '../contracts/errors.ts';
import type { Clock } from '../core/clock.ts';
import { SwarmError } from '../core/errors.ts';

export class BusCanary {
  readonly #clock: Clock;
  #perch: { readonly channel: Channel; readonly queue: string } | undefined;
  #expected: { readonly nonce: string; readonly back: () => void } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes a queue of this connection alone, and listens; both are gone with the connection. */
  async setUp(channel: Channel): Promise<void> {
    const { queue } = await channel.assertQueue('', { exclusive: true, autoDelete: true, durable: false });
    await channel.consume(queue, (message) => this.#onMessage(message?.content.toString()), { noAck: true });
    this.#perch = { channel, queue };
  }

  /** Publishes a nonce; whether it came back in time. */
  async returns(withinMs: number): Promise<boolean> {
    const perch = this.#perch;
    if (!perch) return false;
    const nonce = randomUUID();
    const inTime = new AbortController();
    const late = this.#clock.sleep(withinMs, inTime.signal).then(
      () => false,
      () => false,
    );
    const back = new Promise<boolean>((resolve) => {
      this.#expected = { nonce, back: () => resolve(true) };
    });
    try {
      perch.channel.sendToQueue(perch.queue, Buffer.from(nonce));
      return await Promise.race([back, late]);
    } catch {
      // the channel has just closed
      return false;
    } finally {
      inTime.abort();
    }
  }

  #onMessage(text: string | undefined): void {
    if (text !== undefined && text === this.#expected?.nonce) this.#expected.back();
  }
}

/** Ends a connection without a word to a far side that would not hear it; its `close` event follows at once. */
export function dropSocket(model: ChannelModel, why: string): void {
  const connection: unknown = Reflect.get(model, 'connection');
  const stream: unknown = typeof connection === 'object' && connection && Reflect.get(connection, 'stream');
  if (stream instanceof Duplex) stream.destroy(new SwarmError(domainErrors.bridgeDown, why));
  else void model.close().catch(() => undefined);
}
