// The handlers that need no Redis, over ports that remember what was asked of them.
import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/contracts/chat.ts';
import type { ReportSink } from '../../../src/contracts/ports.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { bindHandler, makeChatReport, makeGasTick, makePipelineSweep } from '../../../src/queue/index.ts';
import { clock, context, envelope } from './job-context.ts';

describe('chat.report', () => {
  const report: Report = {
    to: { surface: 'console', place: 'main' },
    about: 'c-1',
    kind: 'restart',
    subject: 'slam',
    seq: 0,
    final: false,
    text: 'the order is in the queue',
    steps: [],
  };

  function scene() {
    const told: Report[] = [];
    const looked: unknown[] = [];
    const sink: ReportSink = {
      recall: async ({ about }) => ({ message: about, seq: 0 }),
      report: async (given, known) => {
        told.push(given);
        looked.push(await known);
      },
    };
    const shown: string[] = [];
    const approvals = { shown: async (id: string) => void shown.push(id) };
    const deps = { clock, logger: silentLogger, sinks: { console: sink }, approvals };
    return { told, looked, shown, handler: makeChatReport(deps) };
  }

  it('goes to the surface that it is addressed to', async () => {
    const { told, handler } = scene();
    await handler.run(report, context());
    expect(told).toEqual([report]);
  });

  it('takes along what was looked up while it was asked whether it may be told', async () => {
    const { looked, handler } = scene();
    await bindHandler(handler).take(report, context())(context());
    expect(looked).toEqual([{ message: report.about, seq: 0 }]);
  });

  it('starts the time of what waits for a word once it can be seen, and not before', async () => {
    const { shown, handler } = scene();
    await handler.run(report, context());
    expect(shown).toEqual([]);
    await handler.run({ ...report, ask: { id: 'abc123', expiresAt: 1 } }, context());
    expect(shown).toEqual(['abc123']);
  });

  it('is told in the last moment of its use, and dropped after it', async () => {
    const { told, handler } = scene();
    await handler.run(report, context(clock.now()));
    await handler.run({ ...report, seq: 1 }, context(clock.now() - 1));
    expect(told.map(({ seq }) => seq)).toEqual([0]);
  });

  it('waits for another process where this one does not own the surface', async () => {
    const { handler } = scene();
    const elsewhere: Report = { ...report, to: { surface: 'discord', place: 'c' } };
    await expect(handler.run(elsewhere, context())).rejects.toMatchObject({
      code: 'CHAT_UNAVAILABLE',
      retryable: true,
    });
  });

  it('is given up without a fault', async () => {
    await expect(scene().handler.dead(report, { envelope: envelope() }, 'gone')).resolves.toBeUndefined();
  });
});

describe('the ticks of the pipeline', () => {
  const tick = { schedule: 'morning', to: 'Agent-1', text: 'Go.', tick: '2026-01-02T07:00Z' };

  function scene() {
    const log: string[] = [];
    const work = {
      sweep: async () => void log.push('swept'),
      scheduled: async (gas: typeof tick) => void log.push(`${gas.schedule} ${gas.tick}`),
      late: async (gas: typeof tick) => void log.push(`late ${gas.schedule} ${gas.tick}`),
    };
    return { log, work };
  }

  it('sweep', async () => {
    const { log, work } = scene();
    await makePipelineSweep(work).run({ tick: 'now' }, context());
    expect(log).toEqual(['swept']);
  });

  it('make the gas of their minute', async () => {
    const { log, work } = scene();
    await makeGasTick(work, clock).run(tick, context());
    expect(log).toEqual(['morning 2026-01-02T07:00Z']);
  });

  it('leave it to their schedule when they come too late, as if nothing had run at their minute', async () => {
    const { log, work } = scene();
    await makeGasTick(work, clock).run(tick, context(clock.now() - 1));
    expect(log).toEqual(['late morning 2026-01-02T07:00Z']);
  });
});

describe('a bound handler', () => {
  const ran: unknown[] = [];
  const bound = bindHandler({
    name: 'pipeline.sweep',
    run: async (body) => void ran.push(body),
    dead: async (body) => void ran.push(['dead', body]),
  });

  it('refuses a body that does not fit, by a fault that no retry mends', async () => {
    await expect(bound.take({ tick: 7 }, context())(context())).rejects.toMatchObject({
      code: 'JOB_INVALID',
      retryable: false,
    });
    expect(ran).toEqual([]);
  });

  it('tells nobody of the death of such a job', async () => {
    await bound.dead({}, { envelope: envelope() }, 'invalid');
    expect(ran).toEqual([]);
  });

  it('looks at its body before it may run, and runs with what it found', async () => {
    const seen: string[] = [];
    const looking = bindHandler({
      name: 'pipeline.sweep',
      look: ({ tick }) => {
        seen.push(`looks at ${tick}`);
        return `what ${tick} needs`;
      },
      run: async (_body, _context, looked) => void seen.push(`runs with ${looked}`),
      dead: async () => undefined,
    });
    const run = looking.take({ tick: 'now' }, context());
    expect(seen).toEqual(['looks at now']);
    await run(context());
    expect(seen).toEqual(['looks at now', 'runs with what now needs']);
  });

  it('hands on nothing but what the schema knows', async () => {
    await bound.take({ tick: 'now', extra: true }, context())(context());
    expect(ran).toEqual([{ tick: 'now' }]);
  });
});
