// What the pipeline's tests stand on: real Redis, real files, and a JobSink that notes the jobs it is given.
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { domainErrors } from '../../../src/contracts/errors.ts';
import type { JobName, JobOrder, Kept } from '../../../src/contracts/jobs.ts';
import type { JobLook, JobSink } from '../../../src/contracts/ports.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createPipeline, type Pipeline, type PipelineOptions } from '../../../src/pipeline/index.ts';
import { it as base } from '../../support/fixtures.ts';
import { inQueue } from '../../support/kept.ts';

export { eventually } from '../../support/fixtures.ts';

/** Keeps what it is given, one per id as a queue does; `failNext` makes it lose that many, `losing` all of a kind. */
export class NotedJobs implements JobSink {
  readonly orders: JobOrder<JobName>[] = [];
  failNext = 0;
  losing: JobName | null = null;
  /** The name of each that it was given, one that it has already among them. */
  readonly given: JobName[] = [];
  /** What whoever looks for a job finds. */
  found: Awaited<ReturnType<JobLook>> = 'missing';
  /** Of gas whose words may be given again. */
  readonly forgotten: string[] = [];

  add<N extends JobName>(order: JobOrder<N>): Promise<Kept> {
    this.given.push(order.name);
    if (this.failNext > 0 || order.name === this.losing) {
      this.failNext = Math.max(0, this.failNext - 1);
      return Promise.reject(new SwarmError(domainErrors.queueUnavailable, 'lost on purpose'));
    }
    if (!this.orders.some(({ id }) => id === order.id)) this.orders.push(order);
    return Promise.resolve(inQueue);
  }

  of(name: JobName): JobOrder<JobName>[] {
    return this.orders.filter((order) => order.name === name);
  }
}

export interface Rig {
  readonly jobs: NotedJobs;
  readonly pipeline: Pipeline;
  /** A second process on the same Redis and files. */
  readonly twin: Pipeline;
  /** Moves the clock of both, ms. */
  advance(ms: number): void;
  /** Sets an agent's status at once, as an editor that renames does. */
  write(agent: string, status: object | string): Promise<void>;
  path(agent: string, ...parts: string[]): string;
  inbox(agent: string): Promise<string[]>;
}

const agents = ['A', 'B', 'C'];

interface RigFixtures {
  options: Partial<PipelineOptions>;
  rig: Rig;
}

/** Agents A → B → C, the end of the chain `stop` unless the test overrides `options`. */
export const it = base.extend<RigFixtures>({
  options: {},
  rig: async ({ redis, prefix, options }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'gas-'));
    const path = (agent: string, ...parts: string[]) => join(folder, agent, ...parts);
    const jobs = new NotedJobs();
    let ahead = 0;
    const clock = { ...systemClock, now: () => Date.now() + ahead };
    const build = () =>
      createPipeline(
        {
          ...{ redis, jobs, clock, logger: silentLogger, look: async () => jobs.found },
          forget: async ({ id }) => void jobs.forgotten.push(id),
        },
        {
          prefix,
          agents: agents.map((id) => ({ id, statusFile: path(id, 'status.json'), inbox: path(id, 'inbox') })),
          chain: { chain: agents, end: 'stop', schedules: [] },
          ackTimeoutMs: 3_600_000,
          reportTo: [{ surface: 'console', place: 'main' }],
          ...options,
        },
      );
    const pipeline = build();
    for (const agent of agents) await mkdir(path(agent, 'inbox', 'done'), { recursive: true });
    await use({
      jobs,
      pipeline,
      twin: build(),
      advance: (ms) => {
        ahead += ms;
      },
      write: async (agent, status) => {
        const draft = path(agent, 'status.tmp');
        await writeFile(draft, typeof status === 'string' ? status : JSON.stringify(status));
        await rename(draft, path(agent, 'status.json'));
      },
      path,
      inbox: async (agent) => (await readdir(path(agent, 'inbox'))).filter((name) => name !== 'done'),
    });
    await pipeline.watcher.stop();
    await pipeline.schedule.stop();
    await rm(folder, { recursive: true });
  },
});
