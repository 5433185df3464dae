// The console over streams that the test holds: no terminal, so every byte is a line.
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ConsoleBot } from '../../../src/bots/console/index.ts';
import type { CommandIntake, Completer, Decision, Invocation, Reply } from '../../../src/commands/index.ts';
import type { BoardAgent } from '../../../src/contracts/board.ts';
import type { Report } from '../../../src/contracts/chat.ts';
import { createGate } from '../core/gate.ts';

const confirm: Reply = { kind: 'confirm', confirmationId: 'abc123', prompt: 'Restart slam?', expiresAt: 0 };
const accepted: Reply = { kind: 'accepted', correlationId: 'c-1', text: 'Order taken.' };
const dropped: Reply = { kind: 'dropped', text: 'Declined; nothing was done.' };
const lost: Reply = { kind: 'refusal', code: 'unavailable', text: 'Confirm again.' };
const answer = (title: string): Reply => ({
  kind: 'answer',
  answer: { title, tone: 'ok', rows: [], data: {} },
});

interface Script {
  readonly handle?: (invocation: Invocation) => Promise<Reply>;
  readonly decide?: (decision: Decision) => Promise<Reply>;
  readonly completer?: Completer;
  readonly output?: Writable;
}

const lineOf = ({ input }: Invocation) => (input.kind === 'line' ? input.line : '');

async function open(script: Script = {}, terminal = false) {
  const input = new PassThrough();
  const output = new PassThrough();
  const log: string[] = [];
  const shown = new Map<string, { message: string; seq: number }>();
  let printed = '';
  let quits = 0;
  output.on('data', (chunk) => {
    printed += String(chunk);
  });
  const intake: CommandIntake = {
    specs: [],
    shown: async () => undefined,
    handle: async (invocation) => {
      log.push(lineOf(invocation));
      if (script.handle) return script.handle(invocation);
      return lineOf(invocation).startsWith('restart') ? confirm : answer(`answer to ${lineOf(invocation)}`);
    },
    decide: async (decision) => {
      log.push(`${decision.verdict} ${decision.confirmationId}`);
      if (script.decide) return script.decide(decision);
      return decision.verdict === 'yes' ? accepted : dropped;
    },
  };
  const bot = new ConsoleBot(
    {
      intake,
      ...(script.completer && { completer: script.completer }),
      memory: {
        recall: async (about, place) => shown.get(`${about} ${place}`) ?? null,
        remember: async (about, place, what) => void shown.set(`${about} ${place}`, what),
      },
      input,
      output: script.output ?? output,
      onQuit: () => {
        quits += 1;
      },
    },
    { terminal, colour: false },
  );
  await bot.start();
  onTestFinished(() => bot.stop());
  const type = (text: string) => input.write(text);
  const lines = () => printed.trimEnd().split('\n');
  return { bot, input, log, type, lines, quits: () => quits };
}

const report = (
  seq: number,
  state: 'queued' | 'sent' | 'ready' = 'sent',
  given: Partial<Report> = {},
): Report => ({
  to: { surface: 'console', place: 'main' },
  about: 'c-1',
  kind: 'restart',
  subject: 'slam',
  seq,
  final: state === 'ready',
  text: `text ${seq}`,
  steps: [{ state, at: 0, detail: '' }],
  ...given,
});

describe('the console', () => {
  it('prints what was answered', async () => {
    const { type, lines } = await open();
    type('status\n');
    await expect.poll(lines).toEqual(['answer to status']);
  });

  it('writes nothing but its lines where nobody sits at a terminal', async () => {
    const writes: string[] = [];
    const output = new Writable({
      write: (chunk, _encoding, done) => {
        writes.push(String(chunk));
        done();
      },
    });
    const { type, bot } = await open({ output });
    type('status\n');
    await expect.poll(() => writes).toEqual(['answer to status\n']);
    await bot.report(report(0));
    expect(writes).toHaveLength(2);
  });

  it('shows a report by what was looked up before, where that is given', async () => {
    const { bot, lines } = await open();
    await bot.report(report(1), Promise.resolve({ message: 'c-1', seq: 1 }));
    expect(lines()).toEqual(['']);
    await bot.report(report(1), bot.recall(report(1)));
    expect(lines()).toEqual([expect.stringContaining('text 1')]);
  });

  it('asks, and says how to answer later', async () => {
    const { type, lines } = await open();
    type('restart slam\n');
    await expect.poll(lines).toEqual(['Restart slam? [y/N] (or later: yes abc123)']);
  });

  it('completes at Tab what was typed so far', async () => {
    const asked: string[] = [];
    const completer: Completer = {
      line: async ({ line }) => {
        asked.push(line);
        return { candidates: ['slam'], replaces: 'sl' };
      },
      argument: () => Promise.reject(new Error('not asked')),
    };
    const { type, log } = await open({ completer }, true);
    type('status sl\t');
    await expect.poll(() => asked).toEqual(['status sl']);
    await expect
      .poll(() => {
        if (log.length === 0) type('\r');
        return log;
      })
      .toEqual(['status slam']);
  });

  it.each(['y', 'yes', 'Y', 'YES'])('takes %j for a yes to what it asked', async (word) => {
    const { type, log, lines } = await open();
    type(`restart slam\n${word}\n`);
    await expect.poll(() => lines().at(-1)).toBe('Order taken.');
    expect(log).toEqual(['restart slam', 'yes abc123']);
  });

  it.each(['', 'n', 'no', 'NO'])('takes %j for a no to what it asked', async (word) => {
    const { type, log, lines } = await open();
    type(`restart slam\n${word}\n`);
    await expect.poll(() => lines().at(-1)).toBe('Declined; nothing was done.');
    expect(log).toEqual(['restart slam', 'no abc123']);
  });

  it('lets what it asked wait while something else is typed, and takes `yes ID` later', async () => {
    const { type, log } = await open();
    type('restart slam\nstatus\nyes abc123\n');
    await expect.poll(() => log).toEqual(['restart slam', 'status', 'yes abc123']);
  });

  it('does not take a late `y` for an answer to what it no longer asks', async () => {
    const { type, log } = await open();
    type('restart slam\nstatus\ny\n');
    await expect.poll(() => log).toEqual(['restart slam', 'status', 'y']);
  });

  it('asks on when the yes could not be taken', async () => {
    let calls = 0;
    const decide = async () => {
      calls += 1;
      return calls === 1 ? lost : accepted;
    };
    const { type, log, lines } = await open({ decide });
    type('restart slam\ny\ny\n');
    await expect.poll(() => lines().slice(-2)).toEqual(['Confirm again.', 'Order taken.']);
    expect(log).toEqual(['restart slam', 'yes abc123', 'yes abc123']);
  });

  it('asks nothing of an empty line', async () => {
    const { type, log } = await open();
    type('\n   \nstatus\n');
    await expect.poll(() => log).toEqual(['status']);
  });

  it('keeps the order of two lines that were pasted at once', async () => {
    const slow = createGate();
    const handle = async (invocation: Invocation) => {
      if (lineOf(invocation) === 'first') await slow.passed;
      return answer(lineOf(invocation));
    };
    const { type, lines } = await open({ handle });
    type('first\nsecond\n');
    slow.open();
    await expect.poll(lines).toEqual(['first', 'second']);
  });

  it('gives each line an invocation of its own', async () => {
    const ids: string[] = [];
    const handle = async ({ id }: Invocation) => {
      ids.push(id);
      return answer('x');
    };
    const { type } = await open({ handle });
    type('status\nstatus\n');
    await expect.poll(() => new Set(ids).size).toBe(2);
  });

  it.each(['quit', 'exit'])('ends the platform when %j is typed', async (word) => {
    const { type, quits, log } = await open();
    type(`${word}\n`);
    await expect.poll(quits).toBe(1);
    expect(log).toEqual([]);
  });

  it('does not take the end of a pipe for a wish to end the platform', async () => {
    const { input, log, type, quits } = await open();
    type('status\n');
    input.end();
    await expect.poll(() => log).toEqual(['status']);
    expect(quits()).toBe(0);
  });

  it('answers what was typed before it stops', async () => {
    const slow = createGate();
    const begun = createGate();
    const handle = async () => {
      begun.open();
      await slow.passed;
      return answer('late');
    };
    const { bot, type, lines } = await open({ handle });
    type('status\n');
    await begun.passed;
    const stopping = bot.stop();
    slow.open();
    await stopping;
    expect(lines()).toEqual(['late']);
  });
});

describe('a report on the console', () => {
  it('that is a board has a row for each agent, with whoever stands in for whom', async () => {
    const { bot, lines } = await open();
    const quiet: Omit<BoardAgent, 'agent' | 'state' | 'percent'> = {
      ...{ tone: 'ok', nextCheckpoint: 75, sign: null, open: 0, course: [], handsTo: ['D'] },
    };
    const agents: BoardAgent[] = [
      { ...quiet, agent: 'B', state: 'unknown', percent: 12 },
      { ...quiet, agent: 'C', state: 'executing', percent: 40, inPlaceOf: ['B'] },
    ];
    const board = { at: 0, agents, more: 0, alerts: [] };
    await bot.report(report(0, 'sent', { kind: 'board', subject: 'Chain board', steps: [], board }));
    const text = lines().join('\n');
    expect(text).toMatch(/B +unknown, had told 12 %, next 75 %, → D/);
    expect(text).toMatch(/C +40 %, executing, in place of B, next 75 %, → D/);
  });

  it('is one line: what, state, and the present truth', async () => {
    const { bot, lines } = await open();
    await bot.report(report(1));
    await expect.poll(lines).toEqual(['restart slam: sent     text 1']);
  });

  it('has a line for each step that no report of its own told, and none for what stands above it', async () => {
    const { bot, lines } = await open();
    const steps = (['queued', 'sent', 'accepted', 'ready'] as const).map((state, at) => ({
      state,
      at,
      detail: state === 'sent' ? 'RabbitMQ has it' : '',
    }));
    await bot.report(report(0, 'queued', { steps: steps.slice(0, 1) }));
    await bot.report(report(3, 'ready', { steps, final: true }));
    await expect
      .poll(lines)
      .toEqual([
        'restart slam: queued   text 0',
        'restart slam: sent     RabbitMQ has it',
        'restart slam: accepted',
        'restart slam: ready    text 3',
      ]);
  });

  it('is printed once however often it is delivered', async () => {
    const { bot, lines } = await open();
    for (const seq of [0, 0, 1, 0, 1]) await bot.report(report(seq));
    await expect.poll(lines).toEqual(['restart slam: sent     text 0', 'restart slam: sent     text 1']);
  });

  it('on gas interrupts only when the delivery has ended', async () => {
    const { bot, lines } = await open();
    await bot.report(report(0, 'sent', { kind: 'gas', final: false }));
    await bot.report(report(1, 'ready', { kind: 'gas', final: true }));
    await expect.poll(() => lines().join()).toContain('text 1');
    expect(lines().join()).not.toContain('text 0');
  });

  it('does not call unknown what went through no state', async () => {
    const { bot, lines } = await open();
    await bot.report(report(0, 'sent', { kind: 'gas', final: true, steps: [] }));
    await expect.poll(() => lines().join()).toContain('gas: text 0');
  });

  it('prints a notice under its own name, since it goes through no states', async () => {
    const { bot, lines } = await open();
    await bot.report(
      report(0, 'sent', { kind: 'notice', subject: 'Alert (critical): redis is down', steps: [] }),
    );
    await expect.poll(() => lines().join()).toContain('Alert (critical): redis is down: text 0');
  });
});
