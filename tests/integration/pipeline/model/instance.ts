// One process of the platform as the model has it: a pipeline, a producer and workers, behind a line to Redis of its own that
// can be cut for good, as kill -9 does.
import { domainErrors } from '../../../../src/contracts/errors.ts';
import { type JobBody, type JobName, type JobOrder, jobCatalogue } from '../../../../src/contracts/jobs.ts';
import type { JobSink } from '../../../../src/contracts/ports.ts';
import type { Clock } from '../../../../src/core/clock.ts';
import { SwarmError } from '../../../../src/core/errors.ts';
import { silentLogger } from '../../../../src/core/logger.ts';
import { closeRedis, createCommandRedis, type Redis } from '../../../../src/core/redis.ts';
import { createPipeline, type Pipeline, type PipelineOptions } from '../../../../src/pipeline/index.ts';
import { bindHandler, makeDeliverGas, type Producer, type WorkerHost } from '../../../../src/queue/index.ts';
import { eventually } from '../../../support/fixtures.ts';
import { TcpProxy } from '../../../support/tcp-proxy.ts';
import { createHost, producer } from '../../queue/rig.ts';

export interface InstanceDeps {
  readonly redisUrl: string;
  readonly clock: Clock;
  readonly onReport: (report: JobBody<'chat.report'>) => void;
  /** It died of itself. Default: nobody is told. */
  readonly onFall?: () => void;
}

/** A state that is told. */
export type Word = 'queued' | 'sent' | 'accepted';

export class Instance {
  readonly pipeline: Pipeline;
  /** It dies when this is to be told. */
  lastWord: Word | null = null;
  readonly #proxy: TcpProxy;
  readonly #onFall: () => void;
  readonly #redis: Redis;
  readonly #jobs: Producer;
  readonly #host: WorkerHost;

  private constructor(
    proxy: TcpProxy,
    url: string,
    { clock, onReport, onFall = () => undefined }: InstanceDeps,
    options: PipelineOptions,
  ) {
    const redis = createCommandRedis({ url, name: 'test:model' });
    const place = { redis, redisUrl: url, prefix: options.prefix };
    const jobs = producer(place);
    const { look, forget } = jobs;
    const dying: JobSink = { add: (order) => (this.#falls(order) ? dead() : jobs.add(order)) };
    const deps = { redis, jobs: dying, look, forget, clock, logger: silentLogger };
    this.pipeline = createPipeline(deps, options);
    const reports = bindHandler({
      name: 'chat.report',
      run: async (body) => onReport(jobCatalogue['chat.report'].body.parse(body)),
      dead: () => Promise.resolve(),
    });
    const handlers = [bindHandler(makeDeliverGas(this.pipeline)), reports];
    this.#host = createHost(place, handlers, { queues: { gas: 4, 'report.console': 4 } });
    this.#proxy = proxy;
    this.#onFall = onFall;
    this.#redis = redis;
    this.#jobs = jobs;
  }

  /** It has its workers once Redis is there. */
  static async open(deps: InstanceDeps, options: PipelineOptions): Promise<Instance> {
    const { proxy, url } = await TcpProxy.before(deps.redisUrl, 6379);
    return new Instance(proxy, url, deps, options);
  }

  /** Resolves when its workers run. A start that finds no Redis fails, and is made again, as a supervisor does. */
  async works(): Promise<void> {
    await eventually(() => this.#host.start().then(() => true));
  }

  /** Resets its connections. @param away whether new ones are refused from now on */
  cut(away: boolean): void {
    this.#proxy.mode = away ? 'refuse' : 'pass';
    this.#proxy.cut();
  }

  back(): void {
    this.#proxy.mode = 'pass';
  }

  /** Nothing that it does reaches Redis from now on. Resolves when its parts have noticed, or have taken too long. */
  async die(): Promise<void> {
    this.cut(true);
    closeRedis(this.#redis);
    await this.#close().catch(() => undefined);
    await this.#proxy.close();
  }

  async close(): Promise<void> {
    await this.#close();
    closeRedis(this.#redis);
    await this.#proxy.close();
  }

  #falls({ name, body }: JobOrder<JobName>): boolean {
    if (name !== 'chat.report' || this.lastWord === null) return false;
    const { steps } = jobCatalogue['chat.report'].body.parse(body);
    if (steps.at(-1)?.state !== this.lastWord) return false;
    this.lastWord = null;
    this.cut(true);
    this.#onFall();
    return true;
  }

  async #close(): Promise<void> {
    await Promise.all([this.#host.stop(), this.#jobs.close().catch(() => undefined)]);
  }
}

const dead = () => Promise.reject(new SwarmError(domainErrors.queueUnavailable, 'killed before it told'));
