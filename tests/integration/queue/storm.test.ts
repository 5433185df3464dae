// The storm breaker, on the arrivals that two real days recorded.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { describe, expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { jobCatalogue } from '../../../src/contracts/jobs.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { createProducer } from '../../../src/queue/index.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { print } from '../../support/measured.ts';
import { createRecorder } from '../../support/recorder.ts';
import { createLaneHost, gasFor } from './lane-rig.ts';
import { type Place, producer } from './rig.ts';

const folder = join(process.env['SWARMLINE_RECORDED'] ?? '../shared/data', 'queue-arrivals');
const arrivalSchema = z.object({ recipient: z.string(), body: z.string() });
const agents = Array.from({ length: 8 }, (_, i) => `Agent-${i + 1}`);
/** A recorded message as gas: each has an id of its own, its text is what the record has of its body. */
const gasOf = ({ recipient, body }: z.infer<typeof arrivalSchema>, nr: number) => {
  const order = gasFor(recipient, nr);
  return { ...order, body: { gas: { ...order.body.gas, text: body } } };
};

function arrivals(file: string) {
  const lines = readFileSync(join(folder, file), 'utf8').trim().split('\n');
  return lines.map((line) => arrivalSchema.parse(JSON.parse(line)));
}

const replays = [
  { file: '2025-12-21-storm.jsonl', arrived: 670, known: 2, unknown: 577 },
  { file: '2025-12-12.jsonl', arrived: 95, known: 94, unknown: 0 },
];

/** Gives all orders of a file; what became of them. */
async function replay(place: Place, file: string) {
  const isReceiver = (name: string) => agents.includes(name);
  const { logger, lines } = createRecorder();
  const deps = { redis: place.redis, clock: systemClock, logger };
  const jobs = createProducer(deps, { prefix: place.prefix, isReceiver });
  onTestFinished(() => jobs.close());
  const ends: Record<string, number> = {};
  for (const [nr, arrival] of arrivals(file).entries()) {
    const end = await jobs.add(gasOf(arrival, nr)).then(
      ({ kept }) => kept,
      (thrown: unknown) => z.object({ code: z.string() }).parse(thrown).code,
    );
    ends[end] = (ends[end] ?? 0) + 1;
  }
  return { ends, lines };
}

/** Waits until every job has ended; `hurried` leaves out the waits between two tries. */
async function untilEnded({ redis, prefix }: Place, count: number, hurried = false) {
  const queue = new Queue('gas', { connection: redis, prefix: `${prefix}:bull`, skipWaitingForReady: true });
  onTestFinished(() => queue.close());
  return eventually(
    async () => {
      if (hurried) await queue.promoteJobs();
      const { completed = 0, failed = 0 } = await queue.getJobCounts('completed', 'failed');
      return { completed, failed };
    },
    { timeoutMs: 50_000, accept: ({ completed, failed }) => completed + failed === count },
  );
}

describe.for(replays)('the arrivals of $file', ({ file, arrived, known, unknown }) => {
  it('to receivers that work are one delivery for each text; copies and unknown receivers are told apart', async ({
    redis,
    redisUrl,
    prefix,
    skip,
  }) => {
    skip(!existsSync(folder), `skipped: no recorded arrivals in ${folder}`);
    const place = { redis, redisUrl, prefix };
    const { ends, lines } = await replay(place, file);
    const { queue = 0, copy = 0, AGENT_UNKNOWN: refused = 0 } = ends;
    expect({ queue, copy, refused }).toEqual({
      queue: known,
      copy: arrived - known - unknown,
      refused: unknown,
    });
    expect(lines.length).toBeGreaterThan(0);
    let sends = 0;
    const host = createLaneHost(place, async () => {
      sends += 1;
      return 'does';
    });
    onTestFinished(() => host.stop());
    await host.start();
    expect(await untilEnded(place, known)).toEqual({ completed: known, failed: 0 });
    expect(sends).toBe(known);
  });
});

it('a receiver that always fails is tried as often as the catalogue says for each text, and none counts as delivered', async ({
  redis,
  redisUrl,
  prefix,
  skip,
}) => {
  skip(!existsSync(folder), `skipped: no recorded arrivals in ${folder}`);
  const place = { redis, redisUrl, prefix };
  const { ends } = await replay(place, '2025-12-21-storm.jsonl');
  let sends = 0;
  const host = createLaneHost(place, async () => {
    sends += 1;
    return 'fails';
  });
  onTestFinished(() => host.stop());
  await host.start();
  expect(await untilEnded(place, 2, true)).toEqual({ completed: 0, failed: 2 });
  expect(sends).toBe(2 * jobCatalogue['gas.deliver'].attempts);
  print(`storm of 670: ${JSON.stringify(ends)}, ${sends} sends`);
});

describe('a text', () => {
  it('is no copy of itself: the same delivery may be put in again', async ({ redis, redisUrl, prefix }) => {
    const jobs = producer({ redis, redisUrl, prefix });
    const order = gasFor('A', 1);
    expect(await jobs.add(order)).toEqual({ kept: 'queue' });
    expect(await jobs.add({ ...order, id: 'again' })).toEqual({ kept: 'queue' });
  });

  it('that came to nothing may be given again, and a copy of it makes nothing forgotten', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const jobs = producer({ redis, redisUrl, prefix });
    const say = (nr: number) => {
      const order = gasFor('A', nr);
      return { ...order, body: { gas: { ...order.body.gas, text: 'go on' } } };
    };
    await jobs.add(say(1));
    await jobs.forget(say(2).body.gas);
    expect(await jobs.add(say(2))).toMatchObject({ kept: 'copy', of: 'A-1' });
    await jobs.forget(say(1).body.gas);
    expect(await jobs.add(say(3))).toEqual({ kept: 'queue' });
  });

  it('of a schedule is meant each time', async ({ redis, redisUrl, prefix }) => {
    const jobs = producer({ redis, redisUrl, prefix });
    const kept = [1, 2].map((nr) => {
      const order = gasFor('A', nr);
      const gas = { ...order.body.gas, from: 'schedule:pulse', text: 'go on' };
      return jobs.add({ ...order, body: { gas } });
    });
    expect(await Promise.all(kept)).toEqual([{ kept: 'queue' }, { kept: 'queue' }]);
  });

  it('is a new one to another receiver, and to the same once its window is over', async ({
    redis,
    prefix,
  }) => {
    const jobs = createProducer({ redis, clock: systemClock }, { prefix, copyWindowMs: 1_000 });
    const say = (to: string, nr: number) => {
      const order = gasFor(to, nr);
      return jobs.add({ ...order, body: { gas: { ...order.body.gas, text: 'go on' } } });
    };
    expect((await say('A', 1)).kept).toBe('queue');
    expect((await say('B', 2)).kept).toBe('queue');
    expect(await say('A', 3)).toMatchObject({ kept: 'copy', of: 'A-1' });
    await eventually(async () => (await redis.keys(`${prefix}:storm:*`)).length === 0);
    expect((await say('A', 4)).kept).toBe('queue');
  });
});
