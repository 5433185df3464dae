import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, vi } from 'vitest';
import { envelopeSchema } from '../../../src/contracts/envelope.ts';
import { domainErrors } from '../../../src/contracts/errors.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import { Link } from '../../../src/core/links.ts';
import { Faults } from '../../../src/core/faults.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { type BoundHandler, WorkerHost } from '../../../src/queue/index.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { measured } from '../../support/measured.ts';
import { createRecorder } from '../../support/recorder.ts';
import { createGate } from '../../unit/core/gate.ts';
import { createHost, ended, type Place, producer, smuggle, stored, sweep, sweeper } from './rig.ts';
import { startHost } from './started-host.ts';

/** Starts a host that is stopped after the test. */
async function started(place: Place, handlers: readonly BoundHandler[], logger = silentLogger) {
  return startHost(place, handlers, { logger });
}

describe('a job', () => {
  it('lies in Redis with a valid envelope around its body', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    await producer(place).add(sweep('j-1', 'noon'));
    const data = (await stored(place, 'j-1'))['data'];
    const { envelope, body } = JSON.parse(data ?? '');
    expect(envelopeSchema.parse(envelope)).toMatchObject({
      v: 1,
      id: 'j-1',
      correlationId: 'c-j-1',
      causationId: null,
      principal: 'system:test',
      deadline: envelope.issuedAt + 60_000,
    });
    expect(body).toEqual({ tick: 'noon' });
  });

  it('is refused before it is in the queue when its body does not fit', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const order = { ...sweep('j-1'), body: JSON.parse('{"tick": 7}') };
    await expect(producer(place).add(order)).rejects.toMatchObject({ code: 'JOB_INVALID' });
    expect(await stored(place, 'j-1')).toEqual({});
  });

  it('runs once when it is added twice', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const { handler, runs } = sweeper();
    await producer(place).add(sweep('j-1'));
    await producer(place).add(sweep('j-1'));
    await started(place, [handler]);
    await ended(place, 'j-1');
    await producer(place).add(sweep('j-1'));
    await producer(place).add(sweep('j-2', 'later'));
    await ended(place, 'j-2');
    expect(runs).toEqual([{ tick: 'now' }, { tick: 'later' }]);
  });

  it('is not run again when its success was written down and only its completion was lost', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const { handler, runs } = sweeper();
    await redis.zadd(`${prefix}:inbox`, Date.now(), 'j-1');
    await producer(place).add(sweep('j-1'));
    await started(place, [handler]);
    expect([await ended(place, 'j-1'), runs]).toEqual(['completed', []]);
  });

  it('is tried again after a fault that may pass', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    let luck = false;
    const { handler, runs, dead } = sweeper(async () => {
      if (luck) return;
      luck = true;
      throw new SwarmError(domainErrors.bridgeDown, 'gone for a moment');
    });
    await producer(place).add(sweep('j-1'));
    await started(place, [handler]);
    expect([await ended(place, 'j-1'), runs.length, dead]).toEqual(['completed', 2, []]);
  });

  it('fails for good when its tries are used up, and is told dead once', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const { handler, runs, dead } = sweeper(async () => {
      throw new SwarmError(domainErrors.bridgeDown, 'gone');
    });
    await producer(place).add(sweep('j-1'));
    await started(place, [handler]);
    expect(await ended(place, 'j-1')).toBe('failed');
    await eventually(() => dead.length);
    expect([runs.length, dead]).toEqual([2, ['j-1: gone']]);
  });

  it('fails at once of a fault that no retry mends', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const { handler, runs, dead } = sweeper(async () => {
      throw new SwarmError(domainErrors.agentUnknown, 'no such agent');
    });
    await producer(place).add(sweep('j-1'));
    await started(place, [handler]);
    expect(await ended(place, 'j-1')).toBe('failed');
    await eventually(() => dead.length);
    expect([runs.length, dead]).toEqual([1, ['j-1: no such agent']]);
  });

  it('fails with an incident for a reason when nobody foresaw the fault, and the log has the rest', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const { handler, dead } = sweeper(() => Promise.reject('out of nowhere'));
    const { logger, lines } = createRecorder();
    await producer(place).add(sweep('j-1'));
    await started(place, [handler], logger);
    await eventually(() => dead.length);
    expect(dead).toEqual(['j-1: An unexpected fault; the log has it. Incident c-j-1.']);
    expect(lines).toContainEqual(
      expect.objectContaining({ code: 'UNEXPECTED', reason: 'out of nowhere', correlationId: 'c-j-1' }),
    );
  });

  it('is told by what Redis said when its handler met Redis', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const { handler, runs, dead } = sweeper(async () => {
      await redis.set(`${prefix}:text`, 'x');
      await redis.lpush(`${prefix}:text`, 'y');
    });
    await producer(place).add(sweep('j-1'));
    await started(place, [handler]);
    await eventually(() => dead.length);
    expect([runs.length, dead]).toEqual([
      1,
      ['j-1: Redis refused a command; the log has it. Incident c-j-1.'],
    ]);
  });

  it.for([
    ['without an envelope', { tick: 'now' }],
    ['that is no object', 'hello'],
    ['of a version that there never was', { envelope: { v: 0 }, body: { tick: 'now' } }],
  ] as const)('%s fails at once and stops nobody', async ([_what, data], { redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const { handler, runs } = sweeper();
    await started(place, [handler]);
    await smuggle(place, { queue: 'pipeline', name: 'pipeline.sweep', id: 'bad', data });
    expect(await ended(place, 'bad')).toBe('failed');
    await producer(place).add(sweep('good'));
    expect([await ended(place, 'good'), runs.length]).toEqual(['completed', 1]);
  });

  it('with a body that does not fit fails at once and does not reach its handler', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const { handler, runs } = sweeper();
    await producer(place).add(sweep('model'));
    const { envelope } = JSON.parse((await stored(place, 'model'))['data'] ?? '');
    await smuggle(place, {
      queue: 'pipeline',
      name: 'pipeline.sweep',
      id: 'bad',
      data: { envelope, body: {} },
    });
    await started(place, [handler]);
    expect([await ended(place, 'bad'), runs]).toEqual(['failed', [{ tick: 'now' }]]);
  });

  it('that nobody handles fails and names itself', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    await started(place, []);
    await smuggle(place, { queue: 'pipeline', name: 'no.such.job', id: 'bad', data: {} });
    await ended(place, 'bad');
    expect((await stored(place, 'bad'))['failedReason']).toBe('no handler for no.such.job');
  });

  it('F01 is run by another worker when the process that had it is killed', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const script = fileURLToPath(new URL('./fixtures/worker.ts', import.meta.url));
    const child = spawn(process.execPath, ['--import', 'tsx', script, redisUrl, prefix], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += String(chunk);
    });
    await producer(place).add(sweep('j-1'));
    await eventually(() => said.includes('begun'), { timeoutMs: 20_000 });
    child.kill('SIGKILL');
    const { handler, runs, dead } = sweeper();
    await started(place, [handler]);
    const rerun = { what: "F01 a killed worker's job runs again", requiredMs: 10_000, withinMs: 20_000 };
    await measured(rerun, () => runs.length > 0);
    expect([await ended(place, 'j-1'), runs, dead]).toEqual(['completed', [{ tick: 'now' }], []]);
  });
});

describe('a host that stops', () => {
  it('G11 hands a running job back within its deadline, without using up a try, and another one runs it', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const begun = createGate();
    const first = sweeper(async (_body, { signal }) => {
      begun.open();
      await systemClock.sleep(60_000, signal);
    });
    const host = await started(place, [first.handler]);
    await producer(place).add(sweep('j-1'));
    await begun.passed;
    const before = performance.now();
    await host.stop();
    // the library's own close() waits without one, so for the whole job
    expect(performance.now() - before).toBeLessThan(50_000);
    expect((await stored(place, 'j-1'))['atm'] ?? '0').toBe('0');
    const second = sweeper();
    await started(place, [second.handler]);
    expect([await ended(place, 'j-1'), second.runs.length, first.dead]).toEqual(['completed', 1, []]);
  });

  it('lets a running job end that does', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const begun = createGate();
    const end = createGate();
    const { handler } = sweeper(async () => {
      begun.open();
      await end.passed;
    });
    const host = await started(place, [handler]);
    await producer(place).add(sweep('j-1'));
    await begun.passed;
    const stopping = host.stop();
    end.open();
    await stopping;
    expect(await redis.zscore(`${prefix}:bull:pipeline:completed`, 'j-1')).not.toBeNull();
  });

  it('does not wait for ever for a job that hangs, and another one runs it', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const begun = createGate();
    const hung = sweeper(async () => {
      begun.open();
      await new Promise(() => undefined);
    });
    // every wait of the host is a tenth of what it says
    const hasty = {
      ...systemClock,
      sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 10, signal),
    };
    const host = createHost(place, [hung.handler], { clock: hasty });
    await host.start();
    await producer(place).add(sweep('j-1'));
    await begun.passed;
    await host.stop();
    expect(host.state).toBe('stopped');
    const second = sweeper();
    await started(place, [second.handler]);
    expect([await ended(place, 'j-1'), second.runs.length]).toEqual(['completed', 1]);
  });

  it('can be started again', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const { handler, runs } = sweeper();
    const host = await started(place, [handler]);
    await host.stop();
    await host.start();
    await producer(place).add(sweep('j-1'));
    await ended(place, 'j-1');
    expect(runs).toHaveLength(1);
  });
});

describe('a host whose clock is off', () => {
  it('takes no work and says what to do', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const { handler, runs } = sweeper();
    const sleep = vi.fn((_ms: number, signal?: AbortSignal) => systemClock.sleep(20, signal));
    const clock = { ...systemClock, now: () => Date.now() + 4_900, sleep };
    const link = new Link({ name: 'workers', hard: true, clock });
    const host = new WorkerHost(
      { redis, clock, logger: silentLogger, link, faults: new Faults(), handlers: [handler] },
      { redisUrl, prefix, queues: { pipeline: 1 } },
    );
    onTestFinished(() => host.stop());
    await producer(place).add(sweep('j-1'));
    await host.start();
    const status = await eventually(() => link.status(), { accept: ({ state }) => state === 'down' });
    expect(status.detail).toMatch(/clock is [45]\.\d+ s off Redis' clock/);
    // Longer than a worker takes to fetch what waits.
    await eventually(() => sleep.mock.calls.length > 20);
    expect(runs).toEqual([]);
  });
});
