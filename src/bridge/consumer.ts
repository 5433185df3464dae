// Reads messages from an exclusive queue of its own. What it cannot read is counted and dropped, never fatal;
// telemetry is state, so a message whose handler fails is not repeated: the next one brings the same news.
import type { ChannelModel, ConsumeMessage } from 'amqplib';
import type { z } from 'zod';
import { errorText } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { type Connection, guarded } from './connection.ts';

/** Where messages come from and what becomes of them. Made by `route`. */
export interface Route {
  readonly exchange: string;
  readonly keys: readonly string[];
  /** Resolves to false for a body that does not fit. */
  accept(body: unknown): Promise<boolean>;
}

/** Joins a source to a handler; the handler sees only bodies that fit the schema. */
export function route<S extends z.ZodType>(
  source: { readonly exchange: string; readonly keys: readonly string[] },
  schema: S,
  handle: (message: z.infer<S>) => Promise<void> | void,
): Route {
  return {
    ...source,
    async accept(body) {
      const message = schema.safeParse(body);
      if (message.success) await handle(message.data);
      return message.success;
    },
  };
}

const prefetch = 100;
// A consumer that cannot follow must not fill RabbitMQ's memory; it drops the oldest news.
const queueLimits = { exclusive: true, autoDelete: true, maxLength: 10_000, overflow: 'drop-head' };

/** A queue and its reader, made anew on every connection. */
export class Consumer {
  readonly #logger: Logger;
  readonly #routes: readonly Route[];
  #garbage = 0;
  #failing = false;

  /** Registers itself on the connection, which must not be open yet. */
  constructor(deps: { readonly connection: Connection; readonly logger: Logger }, routes: readonly Route[]) {
    this.#logger = deps.logger;
    this.#routes = routes;
    deps.connection.use((model) => this.#attach(model));
  }

  /** How many messages did not fit their schema since the start. */
  get garbage(): number {
    return this.#garbage;
  }

  async #attach(model: ChannelModel): Promise<void> {
    const channel = guarded(await model.createChannel(), model);
    await channel.prefetch(prefetch);
    const { queue } = await channel.assertQueue('', queueLimits);
    for (const { exchange, keys } of this.#routes) {
      for (const key of keys) await channel.bindQueue(queue, exchange, key);
    }
    await channel.consume(queue, (message) => {
      // Null: RabbitMQ cancelled us (the queue was deleted); only a new set-up makes us hear again.
      if (!message) return void channel.close().catch(() => undefined);
      void this.#take(message).finally(() => {
        try {
          channel.ack(message);
        } catch {
          // the channel is gone, and the queue with it
        }
      });
    });
  }

  async #take({ content, fields }: ConsumeMessage): Promise<void> {
    const source = this.#routes.find(({ exchange }) => exchange === fields.exchange);
    try {
      const understood = await source?.accept(parseJson(content));
      if (!understood) this.#garbage += 1;
      this.#failing = false;
    } catch (thrown) {
      if (!this.#failing) this.#logger.warn({ key: fields.routingKey }, `not handled: ${errorText(thrown)}`);
      this.#failing = true;
    }
  }
}

function parseJson(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    return undefined;
  }
}
