// A sidecar keeps one program running, restarts it on order and proves it by a new incarnation. It lives on its own:
// without RabbitMQ or the platform the program keeps running, and the sidecar tells its state when it is heard again.
import { basename } from 'node:path';
import { exchanges, type RestartMessage, restartMessageSchema, routingKeys } from '../../contracts/bus.ts';
import { type MakeId, randomId } from '../../contracts/ids.ts';
import type { ServiceState } from '../../contracts/services.ts';
import { backoffMs } from '../../core/backoff.ts';
import { errorText } from '../../core/errors.ts';
import { Service } from '../../core/service.ts';
import { type BusDeps, Connection } from '../connection.ts';
import { Consumer, route } from '../consumer.ts';
import { Poison } from '../poison.ts';
import { Publisher } from '../publisher.ts';
import { assertExchanges } from '../topology.ts';
import { untilWoken, Waker } from '../waker.ts';
import { becomesFree } from './listener.ts';
import { ProgramRun, type ProgramSpec } from './program.ts';
import { ProgramMeter } from './program-meter.ts';
import { RunNote } from './run-note.ts';
import { Voice, type VoiceOptions } from './voice.ts';

/** Which service the program is, and where RabbitMQ is. */
export interface SidecarOptions extends ProgramSpec {
  /** The service that the program is. */
  readonly service: string;
  readonly url: string;
  /** Where it runs and which version it is, as told to everybody; default: it does not say. */
  readonly host?: string;
  readonly version?: string;
  /** How often it tells its state, ms; default 2,000. */
  readonly heartbeatMs?: number;
  /** Folder that remembers the running program, so that the next sidecar of the service can end it should this one be killed; default: nothing is remembered. */
  readonly noteFolder?: string;
}

const crashBudget = { crashes: 5, withinMs: 60_000 };
const crashBackoff = { initialMs: 500, maxMs: 10_000 };
// What has just been stopped may hold the port a moment longer.
const portFreedWithinMs = 2_000;

const lastWord = 'the sidecar was stopped';

/** Creates the sidecar of one service; its start begins the program and does not wait for RabbitMQ. */
export function createSidecar(
  deps: BusDeps & { readonly makeId?: MakeId },
  options: SidecarOptions,
): Service {
  return new Sidecar(deps, options);
}

class Sidecar extends Service {
  readonly #deps: BusDeps;
  readonly #options: SidecarOptions;
  readonly #makeId: MakeId;
  readonly #connection: Connection;
  readonly #voice: Voice;
  readonly #meter: ProgramMeter;
  readonly #heart: Waker;
  readonly #orders: Waker;
  readonly #note: RunNote | undefined;
  #run: ProgramRun | undefined;
  /** The run under way is being ended because of an order, which is no crash. */
  #replacing = false;
  #crashes: number[] = [];

  constructor(deps: BusDeps & { readonly makeId?: MakeId }, options: SidecarOptions) {
    // Its program has its own grace, and its last word waits for the bus.
    super({ name: `sidecar-${options.service}`, stopTimeoutMs: 30_000 });
    const { service, url, noteFolder: folder } = options;
    this.#deps = deps;
    this.#options = options;
    this.#makeId = deps.makeId ?? randomId;
    this.#meter = new ProgramMeter(deps.clock);
    this.#heart = new Waker(deps.clock);
    this.#orders = new Waker(deps.clock);
    this.#note = folder === undefined ? undefined : new RunNote({ folder, service });
    const connection = new Connection(deps, { url, name: `swarmline sidecar ${service}` });
    connection.use((model) => assertExchanges(model));
    const { clock, logger, tracer } = deps;
    const publisher = new Publisher({ connection, clock, tracer }, { appId: `sidecar-${service}` });
    const keys = [routingKeys.restart(service), routingKeys.restartAll];
    const poison = new Poison({ clock, logger }, { by: `sidecar-${service}` });
    new Consumer({ connection, logger, tracer, poison }, [
      route({ exchange: exchanges.control.name, keys }, restartMessageSchema, (order) =>
        this.#onOrder(order),
      ),
    ]);
    this.#connection = connection;
    this.#voice = new Voice({ publisher, clock, makeId: this.#makeId, tracer }, selfOf(options));
  }

  protected async onStart(): Promise<void> {
    await this.#connection.open();
    this.release(() => this.#connection.close());
    this.release(this.#connection.onChange(() => this.#heart.wake()));
    const stop = new AbortController();
    const beating = this.#beat(stop.signal);
    const running = this.#supervise(stop.signal);
    this.release(async () => {
      stop.abort();
      this.#run?.stop('graceful');
      await Promise.all([running, beating]);
      await this.#note?.remove();
      this.#deps.logger.info({ service: this.#options.service, state: 'stopped' }, lastWord);
      await this.#voice.leave(lastWord);
    });
  }

  async #supervise(signal: AbortSignal): Promise<void> {
    await this.#endOrphans();
    while (!signal.aborted) {
      const held = await this.#portHeld();
      if (signal.aborted) return;
      const end = held ?? (await this.#runOnce());
      if (signal.aborted) return;
      if (!this.#replacing) await this.#onCrash(end, signal);
      this.#replacing = false;
    }
  }

  async #endOrphans(): Promise<void> {
    const { service, graceMs = 5_000 } = this.#options;
    const pids = (await this.#note?.endOrphans(this.#deps.clock, graceMs)) ?? [];
    for (const pid of pids)
      this.#deps.logger.warn({ service, pid }, 'ended what a killed sidecar had left running');
  }

  // Whoever held the port already would be taken for the program.
  async #portHeld(): Promise<string | null> {
    const { readyPort: port } = this.#options;
    if (port === undefined || (await becomesFree(this.#deps.clock, port, portFreedWithinMs))) return null;
    return `port ${port} on 127.0.0.1 is already held by another program`;
  }

  /** Runs the program until it has ended; resolves with the reason. */
  async #runOnce(): Promise<string> {
    this.#voice.incarnation = this.#makeId();
    this.#voice.use = undefined;
    const run = new ProgramRun(this.#deps.clock, this.#options);
    this.#run = run;
    // The program's name alone: arguments may hold secrets, and this is read in chat.
    void this.#tell('starting', basename(this.#options.program));
    await this.#noteDown(run);
    const problem = await run.up;
    if (problem === null) void this.#tell('ready', `pid ${run.pid}`);
    else run.stop('force');
    const end = await run.ended;
    this.#run = undefined;
    return problem ?? end;
  }

  async #noteDown({ pid }: ProgramRun): Promise<void> {
    if (pid === undefined) return;
    // A full disk is no reason to leave the service without its program.
    await this.#note?.write(pid).catch((thrown: unknown) => {
      this.#deps.logger.warn({ service: this.#options.service }, `not noted: ${errorText(thrown)}`);
    });
  }

  async #onCrash(reason: string, signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const { crashes, withinMs } = crashBudget;
    this.#crashes = [...this.#crashes.filter((at) => clock.now() - at < withinMs), clock.now()];
    this.#voice.incarnation = null;
    void this.#tell('failed', reason);
    if (this.#crashes.length < crashes) {
      await this.#orders.wait(backoffMs(this.#crashes.length, crashBackoff), signal);
      return;
    }
    const budget = `${crashes} failures within ${withinMs / 1000} s`;
    void this.#tell('stopped', `${budget}, the last: ${reason}; waits for a restart`);
    this.#crashes = [];
    await this.#orders.wait(untilWoken, signal);
  }

  #onOrder(order: RestartMessage): void {
    if (order.instance !== undefined && order.instance !== this.#voice.instance) return;
    if (this.#voice.repeat(order.id)) return;
    if (order.deadline < this.#deps.clock.now()) {
      this.#deps.logger.warn({ order: order.id }, 'a restart came after its deadline and was not done');
      return;
    }
    const joins = this.#voice.answering;
    this.#voice.accept(order);
    const { id, correlationId, service } = order;
    this.#deps.logger.info({ service, state: 'accepted', order: id, correlationId }, 'an order to restart');
    if (order.mode === 'force' && this.#replacing) this.#run?.stop('force');
    if (joins) return;
    if (!this.#run) {
      this.#orders.wake();
      return;
    }
    this.#replacing = true;
    void this.#tell('stopping', `${order.mode}: ${order.reason}`);
    this.#run.stop(order.mode);
  }

  #tell(state: ServiceState, detail: string): Promise<void> {
    const { logger } = this.#deps;
    const line = { service: this.#options.service, state };
    const flows = this.#voice.correlationIds;
    // One line for each order that it answers, so that each flow is found whole in the log.
    for (const correlationId of flows) logger.info({ ...line, correlationId }, detail);
    if (flows.length === 0) logger.info(line, detail);
    return this.#voice.tell(state, detail);
  }

  async #beat(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#voice.use = await this.#meter.measure(this.#run?.pid);
      await this.#voice.heartbeat();
      await this.#heart.wait(this.#options.heartbeatMs ?? 2_000, signal);
    }
  }
}

function selfOf({ service, host, version }: SidecarOptions): VoiceOptions {
  return {
    service,
    pid: process.pid,
    ...(host !== undefined && { host }),
    ...(version !== undefined && { version }),
  };
}
