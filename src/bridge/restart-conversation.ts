// One restart over profile topic-v1: asks the service's sidecar, asks again until it answers, and tells how it ended.
// Asking twice is safe because sidecars know an order by its id; so silence is met with the same question.

import type { ServiceEvent } from '../contracts/bus.ts';
import { domainErrors } from '../contracts/errors.ts';
import {
  instanceName,
  type RestartEnd,
  type RestartOrder,
  type RestartOutcome,
  type RestartProgress,
} from '../contracts/services.ts';
import type { Clock } from '../core/clock.ts';
import { coreErrors, SwarmError, toSwarmError } from '../core/errors.ts';
import type { Tracer } from '../core/tracing/index.ts';
import type { Connection } from './connection.ts';
import type { OrderPublisher } from './order-publisher.ts';
import { type AimDeps, aim, type Looked, lookAt } from './restart-aim.ts';
import { isNews, readAnswer, type Step } from './restart-answers.ts';
import { restartMessage } from './restart-message.ts';
import { ended, type RestartRecord, type RestartRecords, unsentRecord } from './restart-record.ts';
import { restartTime } from './restart-time.ts';
import type { Targets } from './targets.ts';
import { Waker } from './waker.ts';

/** What a restart needs, whatever the profile. */
export interface RestartDeps extends AimDeps {
  readonly connection: Connection;
  readonly publisher: OrderPublisher;
  readonly records: RestartRecords;
  /** What sidecars say; `listen` returns how to stop listening. */
  readonly events: { listen(listener: (event: ServiceEvent) => void): () => void };
  /** Which instance it is for, where there are several. */
  readonly targets: Pick<Targets, 'living' | 'pick' | 'isThere' | 'done'>;
  readonly clock: Clock;
  readonly tracer?: Tracer | undefined;
}

const askAgainMs = 3_000;
// After an outage the sidecar may come back a moment later than we do: nobody listens *yet*, also to an order that is given
// between the two.
const reunionMs = 5_000;
const retryUnheardMs = 500;
// A call resumed after a crash asks once more even when the deadline is over: the sidecar may know the end.
const lateAnswerMs = 3_000;

/** One call of `ServiceControl.restart`; used once. */
export class RestartConversation {
  readonly #deps: RestartDeps;
  readonly #order: RestartOrder;
  readonly #onProgress: (progress: RestartProgress) => Promise<void>;
  readonly #waker: Waker;
  readonly #answers: ServiceEvent[] = [];
  /** What is written while it goes on; it ends when all of that has. */
  readonly #writing: Promise<void>[] = [];
  #record: RestartRecord = unsentRecord;
  #reached: Step | null = null;
  /** Why its last start failed. */
  #trouble: string | null = null;
  /** Whether an earlier run of it, cut short, may have sent the order. */
  #resumed = false;
  /** Whether RabbitMQ was away since the order was first sent. */
  #busLost = false;
  #acceptedAt: number | null = null;
  #until = 0;
  #askAt = 0;
  #unheardUntil = 0;
  #fault: { readonly thrown: unknown } | null = null;
  /** What was read of the service when it began. */
  #looked: Looked | undefined;

  constructor(
    deps: RestartDeps,
    order: RestartOrder,
    onProgress: (progress: RestartProgress) => Promise<void>,
  ) {
    this.#deps = deps;
    this.#order = order;
    this.#onProgress = onProgress;
    this.#waker = new Waker(deps.clock);
  }

  /** @throws SwarmError REDIS_*, ABORTED; the same order may then be run again */
  async run(signal: AbortSignal): Promise<RestartEnd> {
    const { records, events, connection } = this.#deps;
    // Asked beside the record where the order may go out at once; any later it would be old.
    if (connection.model) this.#looked = lookAt(this.#deps, this.#order.service);
    const found = await records.load(this.#order.id);
    if (found?.outcome) return ended(found.outcome);
    this.#record = found ?? unsentRecord;
    this.#resumed = this.#perhapsSent();
    const resumedUntil = this.#resumed ? this.#deps.clock.now() + lateAnswerMs : 0;
    this.#until = Math.max(this.#order.deadline, resumedUntil);
    const { backAt } = connection;
    if (backAt !== null) this.#unheardUntil = backAt + reunionMs;
    const leave = [
      events.listen((event) => this.#hear(event)),
      connection.onChange(() => this.#onConnection()),
    ];
    try {
      const outcome = await this.#converse(signal);
      const { target } = this.#record;
      const end = target === null ? outcome : { ...outcome, target };
      const { kept } = records.finish(this.#order.id, this.#record, end);
      const leaving = target === null ? undefined : this.#deps.targets.done(this.#order, target);
      const all = Promise.all([kept, leaving, ...this.#writing]).then(() => undefined);
      all.catch(() => undefined);
      return { outcome: end, kept: all };
    } catch (thrown) {
      await Promise.allSettled(this.#writing);
      throw thrown;
    } finally {
      for (const stop of leave) stop();
    }
  }

  async #converse(signal: AbortSignal): Promise<RestartOutcome> {
    for (;;) {
      if (this.#fault) throw this.#fault.thrown;
      if (signal.aborted) throw this.#interrupted();
      const outcome = this.#readAnswers() ?? this.#giveUp() ?? (await this.#askWhenDue(signal));
      if (outcome) return outcome;
      const next = this.#deps.connection.model ? Math.min(this.#askAt, this.#until) : this.#until;
      await this.#waker.wait(next - this.#deps.clock.now(), signal);
    }
  }

  #interrupted(): SwarmError {
    return new SwarmError(coreErrors.aborted, `restart ${this.#order.id} interrupted`);
  }

  #readAnswers(): RestartOutcome | null {
    for (let event = this.#answers.shift(); event; event = this.#answers.shift()) {
      if (!this.#answersForIt(event)) continue;
      const answer = readAnswer(event, this.#record.known);
      this.#noteSpeaker(event);
      if (answer.kind === 'progress') this.#progress(answer.step, this.#deps.clock.now(), answer.detail);
      if (answer.kind === 'trouble') this.#trouble = answer.reason;
      if (answer.kind === 'failed') return { state: 'failed', reason: answer.reason };
      if (answer.kind === 'ready') {
        const { oldIncarnation, incarnation } = answer;
        const { firstSentAt } = this.#record;
        const absent = this.#resumed ? 'swarmline' : this.#busLost ? 'rabbitmq' : null;
        const times = { firstSentAt, acceptedAt: this.#acceptedAt, absent } as const;
        const took = restartTime(event, { ...times, now: this.#deps.clock.now() });
        return { state: 'ready', oldIncarnation, incarnation, ...took };
      }
    }
    return null;
  }

  // Several sidecars may speak for one name; the one that took the order must not end by the words of another, and the one
  // it is for must not end by those of an older version, which takes every order.
  #answersForIt({ state, instance, issuedAt }: ServiceEvent): boolean {
    const { target, instance: speaker } = this.#record;
    if (target !== null && target.instance !== instance) return false;
    const isIts = speaker === null || speaker === instance;
    if (isIts && state === 'accepted') this.#acceptedAt = issuedAt;
    return isIts;
  }

  // Where it is lost with the process, asking again tells it anew.
  #noteSpeaker({ state, instance }: ServiceEvent): void {
    if (this.#record.instance !== null || state !== 'accepted') return;
    this.#write(this.#remember({ ...this.#record, instance }));
  }

  #giveUp(): RestartOutcome | null {
    if (this.#deps.clock.now() < this.#until) return null;
    if (!this.#perhapsSent()) return { state: 'expired', reason: 'never sent before its deadline' };
    if (this.#trouble !== null) {
      const reason = `not ready by its deadline; the last failed start: ${this.#trouble}`;
      return { state: 'unknown', reason };
    }
    const last = this.#reached === null ? 'no answer' : `no answer after ${this.#reached}`;
    return { state: 'unknown', reason: `${last} from the sidecar of ${this.#order.service}` };
  }

  async #askWhenDue(signal: AbortSignal): Promise<RestartOutcome | null> {
    const { clock, connection, publisher } = this.#deps;
    if (!connection.model || clock.now() < this.#askAt) return null;
    this.#askAt = clock.now() + askAgainMs;
    const first = !this.#perhapsSent();
    if (first) {
      const aimed = await aim(this.#deps, this.#order, this.#looked);
      this.#looked = undefined;
      if (aimed === null) return { state: 'failed', reason: `instance ${this.#order.instance} is not there` };
      const { known, target } = aimed;
      this.#busLost = false;
      await this.#remember({ ...unsentRecord, phase: 'sending', firstSentAt: clock.now(), known, target });
      // Whoever called it off before that was written has read that nothing is out; after it, that it may be.
      if (signal.aborted) {
        await this.#remember(unsentRecord);
        throw this.#interrupted();
      }
    } else await this.#aimAgain();
    try {
      const message = restartMessage(this.#order, {
        // Whoever came into the place of the one that took it must not do it once more.
        instance: this.#record.instance ?? this.#record.target?.instance,
        traceparent: this.#deps.tracer?.current(),
        expirationMs: this.#until - clock.now(),
      });
      const routing = await publisher.publish(message);
      if (routing === 'routed') return this.#onSent();
      return first ? await this.#onUnheard() : null;
    } catch (thrown) {
      const error = toSwarmError(thrown);
      if (error.kind === domainErrors.bridgeDown && first) await this.#remember(unsentRecord);
      if (error.kind === domainErrors.bridgeDown || error.kind === domainErrors.publishUnconfirmed)
        return null;
      throw error;
    }
  }

  /** One that went before it took the order leaves it to another; one that took it may have done it, and is waited for. */
  async #aimAgain(): Promise<void> {
    const { target, instance } = this.#record;
    const { targets } = this.#deps;
    if (target === null || instance !== null) return;
    if (await targets.isThere(this.#order.service, target)) return;
    const aimed = await aim(this.#deps, this.#order);
    // It alone was asked for; whether it has done it before it went, nobody knows.
    if (aimed === null) return;
    await targets.done(this.#order, target);
    await this.#remember({ ...this.#record, ...aimed });
  }

  #onSent(): null {
    this.#progress('sent', this.#record.firstSentAt ?? this.#deps.clock.now(), this.#sentText());
    return null;
  }

  #sentText(): string {
    const { target } = this.#record;
    return target === null ? 'RabbitMQ has it' : `RabbitMQ has it, for instance ${instanceName(target)}`;
  }

  async #onUnheard(): Promise<RestartOutcome | null> {
    await this.#remember(unsentRecord);
    const { clock } = this.#deps;
    if (clock.now() >= this.#unheardUntil) {
      return { state: 'failed', reason: `nobody listens for ${this.#order.service}` };
    }
    this.#askAt = clock.now() + retryUnheardMs;
    return null;
  }

  #hear(event: ServiceEvent): void {
    if (event.orderId !== this.#order.id || event.service !== this.#order.service) return;
    this.#answers.push(event);
    this.#waker.wake();
  }

  #onConnection(): void {
    const { clock, connection } = this.#deps;
    if (!connection.model && this.#perhapsSent()) this.#busLost = true;
    const now = clock.now();
    this.#askAt = now;
    this.#unheardUntil = now + reunionMs;
    this.#waker.wake();
  }

  /** Whether a sidecar may know the order; after that, silence is `unknown` and never `failed`. */
  #perhapsSent(): boolean {
    return this.#record.phase !== 'unsent';
  }

  async #remember(record: RestartRecord): Promise<void> {
    this.#record = record;
    await this.#deps.records.save(this.#order.id, record);
  }

  #progress(step: Step, at: number, detail: string): void {
    if (!isNews(step, this.#reached)) return;
    this.#reached = step;
    this.#write(this.#onProgress({ state: step, at, detail }));
  }

  // Answers are not kept waiting by what is written of those before them; Redis takes it in its order.
  #write(writing: Promise<void>): void {
    this.#writing.push(writing);
    writing.catch((thrown: unknown) => {
      this.#fault ??= { thrown };
      this.#waker.wake();
    });
  }
}
