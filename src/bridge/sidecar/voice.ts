// What a sidecar says: its state to everybody, and the answers to the orders that it is carrying out. It remembers the
// last answer to each order, so that the same order asked again is answered and not done again.
import { exchanges, type RestartMessage, routingKeys, type ServiceEvent } from '../../contracts/bus.ts';
import { envelopeVersion } from '../../contracts/envelope.ts';
import type { MakeId } from '../../contracts/ids.ts';
import type { ProgramUse, ServiceState } from '../../contracts/services.ts';
import type { Clock } from '../../core/clock.ts';
import { type Span, silentTracer, type Tracer } from '../../core/tracing/index.ts';
import type { Publisher } from '../publisher.ts';

/** How a sidecar is heard. */
export interface VoiceDeps {
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly makeId: MakeId;
  readonly tracer?: Tracer | undefined;
}

/** Who speaks, for what, and from where. */
export interface VoiceOptions {
  readonly service: string;
  readonly host?: string;
  readonly pid?: number;
  readonly version?: string;
}

const usefulMs = 60_000;
const rememberedOrders = 1_000;

/** The mouth and the memory of one sidecar. */
export class Voice {
  /** Of the program that runs now; null while none does. */
  incarnation: string | null = null;
  /** What that program uses, when it was last measured. */
  use: ProgramUse | undefined;
  readonly #deps: VoiceDeps;
  readonly #service: string;
  /** Of the sidecar, drawn at its start. */
  readonly instance: string;
  /** What every word of it says of the sidecar itself. */
  readonly #self: Pick<ServiceEvent, 'host' | 'pid' | 'version' | 'startedAt'>;
  readonly #answers = new Map<string, ServiceEvent>();
  #open: RestartMessage[] = [];
  /** Of each open order, from its acceptance to its end. */
  readonly #spans = new Map<string, Span>();
  #previous: string | null = null;
  #state: ServiceState = 'starting';
  #detail = '';
  #readySince: number | null = null;
  #leaving = false;

  constructor(deps: VoiceDeps, { service, ...self }: VoiceOptions) {
    this.#deps = deps;
    this.#service = service;
    this.#self = { ...self, startedAt: deps.clock.now() };
    this.instance = deps.makeId();
  }

  /** Whether an order is being carried out. */
  get answering(): boolean {
    return this.#open.length > 0;
  }

  /** Whose orders are being carried out. */
  get correlationIds(): readonly string[] {
    return this.#open.map(({ correlationId }) => correlationId);
  }

  /** Takes an order on. The first one fixes which incarnation is being replaced; later ones join it and hear where it stands. */
  accept(order: RestartMessage): void {
    const joins = this.answering;
    if (!joins) this.#previous = this.incarnation;
    this.#open.push(order);
    this.#spans.set(order.id, this.#begin(order));
    void this.#answer(order, 'accepted', joins ? 'joins the restart under way' : order.reason);
    if (joins) void this.#answer(order, this.#state, this.#detail);
  }

  /** Says the last answer to an order again; false for an order never taken on. */
  repeat(orderId: string): boolean {
    const answer = this.#answers.get(orderId);
    // It keeps its time, so that a read model does not take old news for new.
    if (answer) void this.#publish(answer);
    return answer !== undefined;
  }

  /** Changes the state and says so, to every open order or else to everybody; `ready` and `stopped` close the orders. */
  async tell(state: ServiceState, detail: string): Promise<void> {
    this.#state = state;
    this.#detail = detail;
    this.#readySince = state === 'ready' ? this.#deps.clock.now() : null;
    const orders = this.#open;
    const isEnd = state === 'ready' || state === 'stopped';
    if (isEnd) this.#open = [];
    if (orders.length === 0) await this.heartbeat();
    else await Promise.all(orders.map((order) => this.#answer(order, state, detail)));
    if (isEnd) for (const { id } of orders) this.#end(id, state);
  }

  #begin({ service, id, correlationId, traceparent }: RestartMessage): Span {
    const { tracer = silentTracer } = this.#deps;
    const attributes = {
      'swarmline.service': service,
      'messaging.message.id': id,
      'messaging.message.conversation_id': correlationId,
    };
    const parent = tracer.current() ?? traceparent;
    return tracer.start('restart program', { kind: 'internal', attributes, parent, onlyWithin: true });
  }

  #end(orderId: string, state: ServiceState): void {
    const span = this.#spans.get(orderId);
    this.#spans.delete(orderId);
    if (state !== 'ready') span?.fail(state);
    span?.end();
  }

  /** Its last word. */
  leave(detail: string): Promise<void> {
    this.incarnation = null;
    this.#leaving = true;
    return this.tell('stopped', detail);
  }

  /** Says the present state to everybody. */
  heartbeat(): Promise<void> {
    return this.#publish(this.#event(this.#state, this.#detail, null));
  }

  #answer(order: RestartMessage, state: ServiceState, detail: string): Promise<void> {
    const event = this.#event(state, detail, order);
    this.#answers.set(order.id, event);
    const oldest = this.#answers.keys().next();
    if (this.#answers.size > rememberedOrders && !oldest.done) this.#answers.delete(oldest.value);
    return this.#publish(event);
  }

  #event(state: ServiceState, detail: string, order: RestartMessage | null): ServiceEvent {
    const { clock, makeId } = this.#deps;
    const id = makeId();
    const issuedAt = clock.now();
    return {
      v: envelopeVersion,
      id,
      correlationId: order?.correlationId ?? id,
      causationId: order?.id ?? null,
      issuedAt,
      deadline: issuedAt + usefulMs,
      principal: `system:sidecar-${this.#service}`,
      service: this.#service,
      instance: this.instance,
      incarnation: this.incarnation,
      previousIncarnation: order ? this.#previous : null,
      orderId: order?.id ?? null,
      state,
      readySince: this.#readySince,
      use: this.use,
      detail,
      ...this.#self,
      load: { pending: this.#open.length, cpu: null },
      ...(this.#leaving && { leaving: true }),
      traceparent: this.#spans.get(order?.id ?? '')?.traceparent,
    };
  }

  // What nobody hears now is not kept: the next heartbeat, or the order asked again, says it anew.
  async #publish(event: ServiceEvent): Promise<void> {
    const message = {
      exchange: exchanges.serviceEvents.name,
      key: routingKeys.serviceEvent(this.#service, event.state),
      body: JSON.stringify(event),
      id: event.id,
      correlationId: event.correlationId,
      type: 'service.event',
      expirationMs: usefulMs,
      traceparent: event.traceparent,
    };
    await this.#deps.publisher.publish(message).catch(() => undefined);
  }
}
