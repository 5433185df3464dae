// One process of the platform as the model has it: a pipeline, a producer and workers, behind a line to Redis of its own that
// can be cut for good, as kill -9 does.
import { type JobBody, jobCatalogue } from '../../../../src/contracts/jobs.ts';
import type { Clock } from '../../../../src/core/clock.ts';
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
}

export class Instance {
  readonly pipeline: Pipeline;
  readonly #proxy: TcpProxy;
  readonly #redis: Redis;
  readonly #jobs: Producer;
  readonly #host: WorkerHost;

  private constructor(
    proxy: TcpProxy,
    url: string,
    { clock, onReport }: InstanceDeps,
    options: PipelineOptions,
  ) {
    const redis = createCommandRedis({ url, name: 'test:model' });
    const place = { redis, redisUrl: url, prefix: options.prefix };
    const jobs = producer(place);
    const { look, forget } = jobs;
    this.pipeline = createPipeline({ redis, jobs, look, forget, clock, logger: silentLogger }, options);
    const reports = bindHandler({
      name: 'chat.report',
      run: async (body) => onReport(jobCatalogue['chat.report'].body.parse(body)),
      dead: () => Promise.resolve(),
    });
    const handlers = [bindHandler(makeDeliverGas(this.pipeline)), reports];
    this.#host = createHost(place, handlers, { queues: { gas: 4, 'report.console': 4 } });
    this.#proxy = proxy;
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

  async #close(): Promise<void> {
    await Promise.all([this.#host.stop(), this.#jobs.close().catch(() => undefined)]);
  }
}
