// Reads messages from an exclusive queue of its own. What it cannot read is counted and sent on to where such things lie,
// never fatal; telemetry is state, so a message whose handler fails is not repeated: the next one brings the same news.
import type { Channel, ChannelModel, ConsumeMessage } from 'amqplib';
import { z } from 'zod';
import { traceparentSchema } from '../contracts/envelope.ts';
import type { Meter } from '../contracts/metrics.ts';
import { errorText, SwarmError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { plainText } from '../core/text.ts';
import { silentTracer, type Tracer } from '../core/tracing/index.ts';
import { type Connection, guarded } from './connection.ts';
import { messageAttributes } from './message-attributes.ts';
import type { Poison } from './poison.ts';

/** Where messages come from and what becomes of them. Made by `route`. */
export interface Route {
  readonly exchange: string;
  readonly keys: readonly string[];
  /** Resolves to why the body does not fit; to null for one that was handled. */
  accept(body: unknown): Promise<string | null>;
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
      if (!message.success) return body === undefined ? 'no JSON' : z.prettifyError(message.error);
      await handle(message.data);
      return null;
    },
  };
}

const prefetch = 100;
// A consumer that cannot follow must not fill RabbitMQ's memory; it drops the oldest news.
const queueLimits = { exclusive: true, autoDelete: true, maxLength: 10_000, overflow: 'drop-head' };

/** Ports of a consumer. */
export interface ConsumerDeps {
  readonly connection: Connection;
  readonly logger: Logger;
  readonly meter?: Meter | undefined;
  readonly tracer?: Tracer | undefined;
  /** Takes what cannot be handled. Absent: that is dropped. */
  readonly poison?: Pick<Poison, 'lay'> | undefined;
}

/** A queue and its reader, made anew on every connection. */
export class Consumer {
  readonly #logger: Logger;
  readonly #meter: Meter | undefined;
  readonly #tracer: Tracer;
  readonly #poison: ConsumerDeps['poison'];
  readonly #routes: readonly Route[];
  #garbage = 0;
  #failing = false;

  /** Registers itself on the connection, which must not be open yet. */
  constructor(deps: ConsumerDeps, routes: readonly Route[]) {
    this.#logger = deps.logger;
    this.#meter = deps.meter;
    this.#tracer = deps.tracer ?? silentTracer;
    this.#poison = deps.poison;
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
      void this.#take(message, channel).finally(() => {
        try {
          channel.ack(message);
        } catch {
          // the channel is gone, and the queue with it
        }
      });
    });
  }

  async #take(message: ConsumeMessage, channel: Channel): Promise<void> {
    const { exchange, routingKey: key } = message.fields;
    const body = parseJson(message.content);
    const { correlationId = '', messageId: id = '' } = properties.parse(message.properties);
    const attributes = messageAttributes({ exchange, key, id, correlationId, operation: 'process' });
    const options = {
      ...({ kind: 'consumer', attributes, onlyWithin: true } as const),
      parent: traceOf(message, body),
    };
    await this.#logger.within(correlationId === '' ? {} : { correlationId }, () =>
      this.#tracer.span(`process ${exchange}`, options, async (span) => {
        const { result, why } = await this.#handle(message, body);
        if (why !== null) this.#poison?.lay(channel, message, why);
        this.#meter?.count('bus_messages_total', { exchange, direction: 'received', result });
        if (result !== 'handled') span.fail(result);
      }),
    );
  }

  async #handle({ fields }: ConsumeMessage, body: unknown): Promise<Handled> {
    const source = this.#routes.find(({ exchange }) => exchange === fields.exchange);
    try {
      const why = source ? await source.accept(body) : 'nobody here reads this exchange';
      if (why !== null) this.#garbage += 1;
      this.#failing = false;
      return { result: why === null ? 'handled' : 'garbage', why };
    } catch (thrown) {
      if (!this.#failing) this.#logger.warn({ key: fields.routingKey }, `not handled: ${errorText(thrown)}`);
      this.#failing = true;
      // What will pass, such as a Redis that is away, is no fault of the message.
      const willPass = thrown instanceof SwarmError && thrown.retryable;
      return { result: 'failed', why: willPass ? null : errorText(thrown) };
    }
  }
}

/** `why` it is to be sent on; null where it is not. */
interface Handled {
  readonly result: 'handled' | 'garbage' | 'failed';
  readonly why: string | null;
}

// Anybody may have written them, and they go into the log.
const short = z
  .string()
  .transform((text) => plainText(text, 64))
  .optional()
  .catch(undefined);
const properties = z.object({ correlationId: short, messageId: short });
const traced = z.object({ traceparent: traceparentSchema }).catch({});

/** The header is of the very message; the body, for whoever cannot read headers, of what it was made for. */
function traceOf(message: ConsumeMessage, body: unknown): string | undefined {
  return traced.parse(message.properties.headers).traceparent ?? traced.parse(body).traceparent;
}

function parseJson(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    return undefined;
  }
}
