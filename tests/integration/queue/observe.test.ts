// How runs of jobs are counted: once each, by what became of them.
import { describe, expect, onTestFinished } from 'vitest';
import { metricCatalogue, type PlatformMetrics } from '../../../src/contracts/metrics.ts';
import { domainErrors } from '../../../src/contracts/errors.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { Faults } from '../../../src/core/faults.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { Link } from '../../../src/core/links.ts';
import { type Logger, silentLogger } from '../../../src/core/logger.ts';
import { createMetrics } from '../../../src/core/metrics/index.ts';
import { type BoundHandler, WorkerHost } from '../../../src/queue/index.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { ended, type Place, producer, sweep, sweeper } from './rig.ts';

async function open(place: Place, handler: BoundHandler, logger: Logger = silentLogger) {
  const faults = new Faults();
  const metrics = createMetrics(metricCatalogue, { prefix: '' });
  const link = new Link({ name: 'workers', hard: true, clock: systemClock });
  const host = new WorkerHost(
    {
      ...{ redis: place.redis, clock: systemClock, logger, link, meter: metrics },
      faults,
      handlers: [handler],
    },
    { redisUrl: place.redisUrl, prefix: place.prefix, queues: { pipeline: 2 } },
  );
  await host.start();
  onTestFinished(() => host.stop());
  const jobs = producer(place);
  onTestFinished(() => jobs.close());
  return { metrics, faults, jobs, host };
}

async function linesOf(metrics: PlatformMetrics, pattern: RegExp): Promise<string[]> {
  const { text } = await metrics.scrape();
  return text.split('\n').filter((line) => pattern.test(line) && !line.startsWith('#'));
}

describe('a run of a job', () => {
  it('is counted as done, and how long it waited and took', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const { metrics, jobs } = await open(place, sweeper().handler);
    await jobs.add(sweep('one'));
    await ended(place, 'one');
    expect(await linesOf(metrics, /^jobs_total/)).toEqual([
      'jobs_total{job="pipeline.sweep",outcome="done"} 1',
    ]);
    expect(await linesOf(metrics, /_seconds_count/)).toEqual([
      'job_duration_seconds_count{job="pipeline.sweep"} 1',
      'job_wait_seconds_count{job="pipeline.sweep"} 1',
    ]);
  });

  it('is counted as retried, then as failed, with the code of its fault', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const fault = new SwarmError(coreErrors.redisUnavailable, 'away');
    const { metrics, faults, jobs } = await open(place, sweeper(() => Promise.reject(fault)).handler);
    await jobs.add(sweep('one'));
    expect(await ended(place, 'one')).toBe('failed');
    expect(await linesOf(metrics, /^jobs_total/)).toEqual([
      'jobs_total{job="pipeline.sweep",outcome="retried"} 1',
      'jobs_total{job="pipeline.sweep",outcome="failed"} 1',
    ]);
    // It is told once the library has called it failed.
    await eventually(() => Object.hasOwn(faults.counts(), 'JOB_FAILED'));
    expect(faults.counts()).toEqual({ REDIS_UNAVAILABLE: 2, JOB_FAILED: 1 });
    expect(await linesOf(metrics, /^job_wait_seconds_count/)).toHaveLength(1);
  });

  it('that is not worth a second try is counted as failed at once', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const fault = new SwarmError(domainErrors.agentUnknown, 'no such agent');
    const { metrics, faults, jobs } = await open(place, sweeper(() => Promise.reject(fault)).handler);
    await jobs.add(sweep('one'));
    expect(await ended(place, 'one')).toBe('failed');
    expect(await linesOf(metrics, /^jobs_total/)).toEqual([
      'jobs_total{job="pipeline.sweep",outcome="failed"} 1',
    ]);
    await eventually(() => Object.hasOwn(faults.counts(), 'JOB_FAILED'));
    expect(faults.counts()).toEqual({ AGENT_UNKNOWN: 1, JOB_FAILED: 1 });
  });

  it('that is handed back at a stop is no fault', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const { handler, runs } = sweeper(async (_body, { signal }) => {
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      throw new SwarmError(coreErrors.aborted, 'stopping');
    });
    const { metrics, jobs, host } = await open(place, handler);
    await jobs.add(sweep('one'));
    await expect.poll(() => runs.length).toBe(1);
    await host.stop();
    // The worker that closes may be handed it once more.
    expect(await linesOf(metrics, /^jobs_total/)).toEqual([
      expect.stringMatching(/^jobs_total\{job="pipeline.sweep",outcome="handed-back"\} \d+$/),
    ]);
  });

  it('runs within its correlation id', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const flows: unknown[] = [];
    const logger: Logger = {
      ...silentLogger,
      child: () => logger,
      within: (bindings, work) => {
        flows.push(bindings);
        return work();
      },
    };
    const { jobs } = await open(place, sweeper().handler, logger);
    await jobs.add(sweep('one'));
    await ended(place, 'one');
    expect(flows).toContainEqual({ correlationId: 'c-one' });
  });
});
