// Sends one message and says what RabbitMQ did with it. It never keeps, repeats or reorders a message: who asks decides.
import type { ChannelModel, ConfirmChannel } from 'amqplib';
import { domainErrors } from '../contracts/errors.ts';
import type { Meter } from '../contracts/metrics.ts';
import type { Clock } from '../core/clock.ts';
import { SwarmError, toSwarmError } from '../core/errors.ts';
import { within } from '../core/timer.ts';
import { silentTracer, type Tracer } from '../core/tracing/index.ts';
import { messageAttributes } from './message-attributes.ts';
import { type Connection, guarded } from './connection.ts';

/** One message, ready to be sent. */
export interface BusMessage {
  readonly exchange: string;
  readonly key: string;
  /** JSON text; sent byte for byte. */
  readonly body: string;
  /** At most one publish of an id is under way at a time: a returned message is recognised by it. */
  readonly id: string;
  readonly correlationId: string;
  readonly type: string;
  /** RabbitMQ drops the message when it waited longer, ms; default: it never does. */
  readonly expirationMs?: number;
  /** What led to it; default: the span that is active. Without either it is no part of a trace. */
  readonly traceparent?: string | undefined;
}

/** Ports of a publisher. */
export interface PublisherDeps {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly meter?: Meter | undefined;
  readonly tracer?: Tracer | undefined;
}

/** `unroutable`: RabbitMQ took the message, and no queue was bound for it. */
export type Routing = 'routed' | 'unroutable';

/** Who speaks, and how long RabbitMQ may take. */
export interface PublisherOptions {
  /** AMQP `app_id`. */
  readonly appId: string;
  /** Longest wait for RabbitMQ's confirm, ms; default 5,000. */
  readonly confirmWithinMs?: number;
}

/** RabbitMQ closes the connection over a body beyond its own bound (16 or 128 MB), and whoever shares it would wait. */
const mostBytes = 1_000_000;

/** A confirm channel that is there whenever the connection is. */
export class Publisher {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #meter: Meter | undefined;
  readonly #tracer: Tracer;
  readonly #options: PublisherOptions;
  readonly #returned = new Set<unknown>();
  #channel: ConfirmChannel | undefined;

  /** Registers itself on the connection, which must not be open yet. */
  constructor(deps: PublisherDeps, options: PublisherOptions) {
    this.#connection = deps.connection;
    this.#clock = deps.clock;
    this.#meter = deps.meter;
    this.#tracer = deps.tracer ?? silentTracer;
    this.#options = options;
    deps.connection.use((model) => this.#attach(model));
  }

  /**
   * Writes at once (calls keep their order) and resolves with RabbitMQ's confirm.
   * @throws SwarmError BRIDGE_DOWN, MESSAGE_TOO_LARGE: nothing was sent
   * @throws SwarmError PUBLISH_UNCONFIRMED: it may have been sent
   */
  async publish(message: BusMessage): Promise<Routing> {
    const { exchange, traceparent: parent } = message;
    const bytes = Buffer.byteLength(message.body);
    if (bytes > mostBytes) {
      this.#count(exchange, 'unsent');
      const text = `${exchange} ${message.key} ${message.id}: ${bytes} bytes, at most ${mostBytes}`;
      throw new SwarmError(domainErrors.messageTooLarge, text);
    }
    const attributes = messageAttributes({ ...message, operation: 'send' });
    const options = { kind: 'producer', attributes, parent, onlyWithin: true } as const;
    return this.#tracer.span(`send ${exchange}`, options, async (span) => {
      try {
        const routing = await this.#publish({ ...message, traceparent: span.traceparent });
        this.#count(exchange, routing);
        if (routing === 'unroutable') span.fail(routing);
        return routing;
      } catch (thrown) {
        this.#count(
          exchange,
          toSwarmError(thrown).kind === domainErrors.bridgeDown ? 'unsent' : 'unconfirmed',
        );
        throw thrown;
      }
    });
  }

  #count(exchange: string, result: Routing | 'unsent' | 'unconfirmed'): void {
    this.#meter?.count('bus_messages_total', { exchange, direction: 'sent', result });
  }

  async #publish(message: BusMessage): Promise<Routing> {
    this.#returned.delete(message.id);
    const ms = this.#options.confirmWithinMs ?? 5_000;
    const late = () => Promise.reject(unconfirmed(message, 'no confirm in time'));
    try {
      await within(this.#clock, { ms, late }, this.#send(message));
      // An unroutable message is acknowledged all the same; its return always arrives before that.
      return this.#returned.has(message.id) ? 'unroutable' : 'routed';
    } finally {
      this.#returned.delete(message.id);
    }
  }

  #send(message: BusMessage): Promise<void> {
    const channel = this.#connection.model ? this.#channel : undefined;
    if (!channel) return Promise.reject(down());
    return new Promise((resolve, reject) => {
      const onConfirm = (problem: unknown) =>
        problem === null ? resolve() : reject(unconfirmed(message, problem));
      try {
        channel.publish(
          message.exchange,
          message.key,
          Buffer.from(message.body),
          this.#properties(message),
          onConfirm,
        );
      } catch (thrown) {
        reject(down(thrown)); // amqplib throws before it writes
      }
    });
  }

  #properties(message: BusMessage) {
    return {
      mandatory: true,
      contentType: 'application/json',
      messageId: message.id,
      correlationId: message.correlationId,
      type: message.type,
      appId: this.#options.appId,
      timestamp: Math.floor(this.#clock.now() / 1000),
      ...(message.traceparent === undefined ? {} : { headers: { traceparent: message.traceparent } }),
      ...(message.expirationMs === undefined
        ? {}
        : { expiration: Math.max(1, Math.round(message.expirationMs)) }),
    };
  }

  async #attach(model: ChannelModel): Promise<void> {
    const channel = guarded(await model.createConfirmChannel(), model);
    channel.on('return', ({ properties }) => this.#returned.add(properties.messageId));
    channel.on('close', () => {
      if (this.#channel === channel) this.#channel = undefined;
    });
    this.#returned.clear();
    this.#channel = channel;
  }
}

function down(cause?: unknown): SwarmError {
  return new SwarmError(domainErrors.bridgeDown, 'not connected to RabbitMQ', { cause });
}

function unconfirmed(message: BusMessage, cause: unknown): SwarmError {
  const text = `RabbitMQ did not confirm ${message.id} to ${message.exchange} ${message.key}`;
  return new SwarmError(domainErrors.publishUnconfirmed, text, { cause });
}
