// The handlers that need no Redis, over ports that remember what was asked of them.
import { describe, expect, it } from 'vitest';
import type { DeliveryState } from '../../../src/contracts/agents.ts';
import type { Report } from '../../../src/contracts/chat.ts';
import type { Envelope } from '../../../src/contracts/envelope.ts';
import { domainErrors } from '../../../src/contracts/errors.ts';
import type { AgentInbox, Handed, ReportSink } from '../../../src/contracts/ports.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import {
  bindHandler,
  makeChatReport,
  makeDeliverGas,
  makeGasTick,
  makePipelineSweep,
} from '../../../src/queue/index.ts';
import { delivery } from '../commands/ports.ts';
import { ManualClock } from '../core/manual-clock.ts';

const clock = new ManualClock();
const envelope = (deadline = clock.now() + 1_000): Envelope => ({
  v: 1,
  id: 'j-1',
  correlationId: 'c-1',
  causationId: null,
  issuedAt: clock.now(),
  deadline,
  principal: 'system:test',
});
const context = (deadline?: number) => ({
  envelope: envelope(deadline),
  signal: new AbortController().signal,
});

describe('gas.deliver', () => {
  const { gas } = delivery('g-1');

  /** @param after the state that a word of the ledger leads to */
  function scene(
    state: DeliveryState | null,
    after: DeliveryState = 'sent',
    {
      handed = { state: 'sent', where: '/inbox/g-1.md' },
      has = async () => false,
    }: { readonly handed?: Handed; readonly has?: AgentInbox['has'] } = {},
  ) {
    const log: string[] = [];
    const handler = makeDeliverGas({
      ledger: {
        state: async () => state,
        record: async (id, event) => {
          log.push(`${id} ${event.state}: ${event.detail}`);
          return delivery(id, { state: after });
        },
      },
      inbox: {
        deliver: async ({ id }) => {
          log.push(`${id} laid down`);
          return handed;
        },
        has,
        withdraw: async ({ id }) => {
          log.push(`${id} taken back`);
          return 'withdrawn';
        },
      },
    });
    return { handler, log };
  }

  // What is sent is laid down again while nobody has acknowledged it; the inbox knows what it has.
  it.each(['pending', 'queued', 'unknown', 'sent'] as const)(
    'lays a %s gas into the inbox, and then says sent',
    async (state) => {
      const { handler, log } = scene(state);
      await handler.run({ gas }, context());
      expect(log).toEqual(['g-1 laid down', 'g-1 sent: /inbox/g-1.md']);
    },
  );

  it.each(['held', 'accepted', 'working', 'suppressed', 'failed', 'rerouted', 'expired'] as const)(
    'does nothing to a gas that is %s already',
    async (state) => {
      const { handler, log } = scene(state);
      await handler.run({ gas }, context());
      expect(log).toEqual([]);
    },
  );

  it('notes why a try failed, and fails by that whatever becomes of the note', async () => {
    const notes: string[] = [];
    const handler = makeDeliverGas({
      ledger: { state: async () => 'queued', record: async (id) => delivery(id) },
      inbox: {
        deliver: () => Promise.reject(new SwarmError(domainErrors.inboxUnreachable, 'it answered 500')),
        has: async () => false,
        withdraw: async () => 'absent',
      },
      noteMissed: async (id, why) => {
        notes.push(`${id} ${why}`);
        throw new SwarmError(domainErrors.storeConflict, 'not noted');
      },
    });
    await expect(handler.run({ gas }, context())).rejects.toMatchObject({ code: 'INBOX_UNREACHABLE' });
    expect(notes).toEqual(['g-1 it answered 500']);
  });

  it('says what the receiver acknowledged in the same breath', async () => {
    const { handler, log } = scene('queued', 'sent', {
      handed: { state: 'sent', where: 'https://agent.example', acknowledged: 'accepted' },
    });
    await handler.run({ gas }, context());
    expect(log).toEqual([
      'g-1 laid down',
      'g-1 sent: https://agent.example',
      'g-1 accepted: answered by https://agent.example',
    ]);
  });

  it('calls failed what the receiver refuses for good, and does not try it again', async () => {
    const refused = { state: 'refused', where: 'https://agent.example', reason: 'HTTP 410' } as const;
    const { handler, log } = scene('queued', 'sent', { handed: refused });
    await handler.run({ gas }, context());
    expect(log).toEqual(['g-1 laid down', 'g-1 failed: HTTP 410']);
  });

  it.for([
    ['run', 'waits to be fetched'],
    ['dead', 'lies there to be fetched after all its tries'],
  ] as const)('(%s) does not call sent what %s', async ([way]) => {
    const handed = { state: 'waiting', where: 'mailbox of Agent-2' } as const;
    const { handler, log } = scene('queued', 'queued', { handed, has: async () => true });
    if (way === 'run') await handler.run({ gas }, context());
    else await handler.dead({ gas }, { envelope: envelope() }, 'given up');
    expect(log).toEqual(['g-1 laid down', 'g-1 queued: mailbox of Agent-2']);
  });

  it('takes back what was given to another agent while it was being laid down', async () => {
    const { handler, log } = scene('queued', 'rerouted');
    await handler.run({ gas }, context());
    expect(log.at(-1)).toBe('g-1 taken back');
  });

  it('does nothing for a delivery that nobody made', async () => {
    const { handler, log } = scene(null);
    await handler.run({ gas }, context());
    expect(log).toEqual([]);
  });

  const lies = async () => true;
  const absent = async () => false;
  const silent = async () => null;
  const blind = () => Promise.reject(new SwarmError(domainErrors.inboxUnwritable, 'no such host'));
  it.each([
    ['lies in the inbox after all', 'JOB_TIMED_OUT', lies, 'sent: /inbox/g-1.md'],
    ['lies nowhere, and no run of it is left', 'UNEXPECTED', absent, 'failed: why'],
    ['lies nowhere yet, but its run did not end', 'JOB_TIMED_OUT', absent, 'unknown: why'],
    ['was refused by an inbox that cannot be looked into', 'INBOX_UNWRITABLE', blind, 'failed: why'],
    ['went to an inbox that cannot be looked into', 'UNEXPECTED', blind, 'unknown: why'],
    ['went to an inbox that cannot tell', 'JOB_KILLS_WORKER', silent, 'unknown: why'],
  ])('that has failed for good, and %s, is told with %s as such', async (_what, code, has, told) => {
    const { handler, log } = scene('queued', 'sent', { has });
    await handler.dead({ gas }, { envelope: envelope(), code }, 'why');
    expect(log.at(-1)).toBe(`g-1 ${told}`);
  });
});

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
