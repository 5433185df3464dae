// `swarmline run`, `agent ack` and `service reset` against a real HTTP face: what is printed where, and with which exit code.
import { describe, expect } from 'vitest';
import { agentAck } from '../../../src/cli/commands/agent-ack.ts';
import { chat } from '../../../src/cli/commands/chat.ts';
import { run } from '../../../src/cli/commands/run.ts';
import { serviceReset } from '../../../src/cli/commands/service-reset.ts';
import type { QueueView } from '../../../src/contracts/queues.ts';
import { createActionDirectory } from '../../../src/queue/index.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { portsOf } from '../../unit/commands/ports.ts';
import { ManualClock } from '../../unit/core/manual-clock.ts';
import { open } from './rig.ts';
import { plain, report, terminal } from './terminal.ts';

/** The environment of somebody with a key of this name. */
async function keyed({ port, keys }: Awaited<ReturnType<typeof open>>, name: string) {
  return { SWARMLINE_URL: `http://127.0.0.1:${port}`, SWARMLINE_API_KEY: await keys.add(name, 0) };
}

const heldServices = (now: number): QueueView => ({
  ...{ queue: 'services', waiting: 1, delayed: 0, active: 0, dead: 0, oldestWaitingMs: 180_000 },
  hold: { state: 'paused', since: now - 180_000, by: 'cli:local' },
});

describe('a chat command as a subcommand', () => {
  const others = { others: [] };

  it('answers as `run` does', async ({ redis, prefix }) => {
    const { io, printed } = terminal(await open(redis, prefix));
    expect(await chat(['services'], { ...plain, ...others }, io)).toEqual({ kind: 'ran', code: 0 });
    expect(printed.out).toMatch(/^No service has been seen yet\n/);
  });

  it.for([
    [['status', 'nosuch']],
    [['agent', 'nosuch']],
    [['service', 'nosuch']],
    [['result', 'x123456']],
  ] as const)('fails where what is asked for is unknown: %s', async ([line], { redis, prefix }) => {
    const { io, printed } = terminal(await open(redis, prefix));
    expect(await chat([...line], { ...plain, ...others }, io)).toEqual({ kind: 'ran', code: 1 });
    expect(printed.out).toMatch(/^Unknown: /);
  });

  it('is followed to its end', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const { io, printed } = terminal(face);
    const running = chat(['restart', 'slam'], { yes: true, json: true, ...others }, io);
    const about = (await eventually(() => face.scene.jobs.correlationIds[0])) ?? '';
    await face.results.report(report(about, 0, 'ready', true));
    expect([await running, JSON.parse(printed.out).state]).toEqual([{ kind: 'ran', code: 0 }, 'ready']);
  });

  it('keeps a quote that a line could not', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    await chat(['restart', 'sl"am x'], { ...plain, ...others }, terminal(face).io);
    expect(face.handled.map(({ input }) => input)).toEqual([
      { kind: 'parsed', command: 'restart', args: { service: 'sl"am x' } },
    ]);
  });

  it('confirms nothing in a dry run, whatever --yes says', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const { io, printed } = terminal(face);
    const result = await chat(['restart', 'slam'], { yes: true, json: false, dryRun: true, ...others }, io);
    expect([result, face.scene.jobs.ids, face.handled[0]?.dryRun]).toEqual([
      { kind: 'ran', code: 0 },
      [],
      true,
    ]);
    expect(printed.out).toContain('Restart slam?');
  });

  it.for([
    [['restrat', 'slam'], "unknown command 'restrat'\n(Did you mean restart?)"],
    [['ups'], "unknown command 'ups'\n(Did you mean up?)"],
    [['zzz'], "unknown command 'zzz'"],
  ] as const)(
    'that there is not is told without asking anybody: %j',
    async ([words, problem], { redis, prefix }) => {
      const face = await open(redis, prefix);
      const result = await chat(words, { ...plain, others: ['up', 'down'] }, terminal(face).io);
      expect([result, face.handled]).toEqual([{ kind: 'usage', problem }, []]);
    },
  );
});

describe('swarmline run', () => {
  it('prints an answer on stdout', async ({ redis, prefix }) => {
    const { io, printed } = terminal(await open(redis, prefix));
    expect(await run('services', plain, io)).toBe(0);
    expect(printed.out).toMatch(/^No service has been seen yet\n/);
  });

  it('prints the machine form with --json', async ({ redis, prefix }) => {
    const { io, printed } = terminal(await open(redis, prefix));
    await run('services', { ...plain, json: true }, io);
    expect(JSON.parse(printed.out)).toMatchObject({ kind: 'answer', answer: { data: { services: [] } } });
  });

  it.for([
    ['', 2],
    ['reboot', 2],
    ['restart', 2],
    ['restart mesh', 77],
  ] as const)('ends %j with %i, and says why on stderr', async ([line, code], { redis, prefix }) => {
    const { io, printed } = terminal(await open(redis, prefix));
    expect(await run(line, { ...plain, yes: true }, io)).toBe(code);
    expect([printed.out, printed.err]).toEqual(['', expect.stringMatching(/\w/)]);
  });

  it('ends with 69 where the queue takes nothing', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    face.scene.jobs.down = true;
    expect(await run('restart slam', { ...plain, yes: true }, terminal(face).io)).toBe(69);
  });

  it.for([
    ['ready', 0],
    ['sent', 0],
    ['failed', 1],
    ['unknown', 1],
  ] as const)('follows an order to its end: %s is %i', async ([state, code], { redis, prefix }) => {
    const face = await open(redis, prefix);
    const { io, printed } = terminal(face);
    const running = run('restart slam', { yes: true, json: true }, io);
    const about = (await eventually(() => face.scene.jobs.correlationIds[0])) ?? '';
    await face.results.report(report(about, 0, 'sent', false));
    await face.results.report(report(about, 1, state, true));
    expect(await running).toBe(code);
    expect(JSON.parse(printed.out)).toEqual({
      kind: 'result',
      correlationId: about,
      state,
      subject: 'slam',
      text: `it is ${state}`,
      steps: [{ state, at: 1, detail: '' }],
    });
  });

  it.for([
    [[], 0, 'ready', 'silenced until 14:05 UTC\n'],
    [[{ state: 'failed', at: 1, detail: '' }], 1, 'failed', 'failed — silenced until 14:05 UTC\n'],
  ] as const)(
    'takes a notice for what it says, after the steps %j',
    async ([steps, code, state, line], { redis, prefix }) => {
      const notice = async (json: boolean) => {
        const face = await open(redis, `${prefix}-${json}`);
        const { io, printed } = terminal(face);
        const running = run('restart slam', { yes: true, json }, io);
        const about = (await eventually(() => face.scene.jobs.correlationIds[0])) ?? '';
        const words = {
          kind: 'notice',
          subject: 'silence of foo/*',
          text: 'silenced until 14:05 UTC',
        } as const;
        await face.results.report({ ...report(about, 0, 'sent', true), ...words, steps: [...steps] });
        expect(await running).toBe(code);
        return printed.out;
      };
      expect(await notice(false)).toBe(line);
      expect(JSON.parse(await notice(true))).toMatchObject({ kind: 'result', state, steps });
    },
  );

  it('tells of an order that nobody has begun why it waits, and not that it is unknown', async ({
    redis,
    prefix,
  }) => {
    const face = await open(redis, prefix, {
      ports: {
        actions: createActionDirectory(redis, { prefix }),
        queues: { ...portsOf({}).queues, queues: async () => [heldServices(new ManualClock().now())] },
      },
    });
    const { io, printed } = terminal(face);
    expect(await run('restart slam', { ...plain, yes: true, patienceMs: 300 }, io)).toBe(1);
    const why = 'the queue services is paused by owner for 3 min; `queue resume` lets it go on';
    expect(printed.out).toBe(`queued — no word of it yet: ${why}. It goes on without this command too.\n`);
    expect(printed.err).toContain(`\n${why}\n`);
    const json = terminal(face);
    await run('restart slam', { yes: true, json: true, patienceMs: 300 }, json.io);
    expect(JSON.parse(json.printed.out)).toMatchObject({ kind: 'result', state: 'queued' });
  });

  it('tells of an order without an end the last that was heard, and where the rest is told', async ({
    redis,
    prefix,
  }) => {
    const face = await open(redis, prefix);
    const { io, printed } = terminal(face);
    const running = run('restart slam', { ...plain, yes: true, patienceMs: 1_000 }, io);
    const about = (await eventually(() => face.scene.jobs.correlationIds[0])) ?? '';
    await face.results.report(report(about, 0, 'sent', false));
    expect(await running).toBe(1);
    const rest = `It goes on without this command too, and \`swarmline result ${about}\` tells how`;
    expect(printed.out).toBe(`sent — it is sent; no more was heard for 1 s. ${rest}\n`);
  });

  it('tells an order that it cannot follow any more as unknown, on stdout', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const { io, printed } = terminal(face);
    const running = run('restart slam', { yes: true, json: true }, io);
    const about = await eventually(() => face.scene.jobs.correlationIds[0]);
    await redis.set(`${prefix}:result:${about}`, 'garbage');
    expect(await running).toBe(1);
    expect(JSON.parse(printed.out)).toMatchObject({ kind: 'result', correlationId: about, state: 'unknown' });
  });

  it('stops following when it is told to, and says that the order goes on, and nothing of a lost answer', async ({
    redis,
    prefix,
  }) => {
    const face = await open(redis, prefix);
    const { io, printed } = terminal(face, { isTTY: true });
    const running = run('restart slam', { ...plain, yes: true }, io);
    await eventually(() => printed.err.includes('Order taken'));
    const [about] = face.scene.jobs.correlationIds;
    io.stop();
    await expect(running).rejects.toMatchObject({
      code: 'ABORTED',
      message: `stopped asking; it goes on without this command too, and \`swarmline result ${about}\` tells how`,
    });
    expect(printed.err).not.toContain('no answer');
  });

  it('is denied with a token that is not the platform’s', async ({ redis, prefix }) => {
    const { io } = terminal(await open(redis, prefix));
    const stranger = { ...io, env: { ...io.env, SWARMLINE_HOME: '/nowhere' } };
    await expect(run('services', plain, stranger)).rejects.toMatchObject({ code: 'UNAUTHORISED' });
  });
});

describe('swarmline agent ack', () => {
  it('prints what the delivery is now', async ({ redis, prefix }) => {
    const { io, printed } = terminal(await open(redis, prefix));
    expect(await agentAck('g-1', { working: false, json: false }, io)).toBe(0);
    expect(printed.out).toBe('g-1: accepted\n');
  });

  it('says in words that a key may not', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const { io, printed } = terminal(face);
    const denied = { ...io, env: await keyed(face, 'watch') };
    expect(await agentAck('g-1', { working: false, json: false }, denied)).toBe(77);
    expect(printed.err).toContain('Not allowed for watch: it speaks for no agent that has a gas g-1');
  });

  it('says that there is no such delivery', async ({ redis, prefix }) => {
    const { io } = terminal(await open(redis, prefix));
    await expect(agentAck('g-9', { working: false, json: false }, io)).rejects.toMatchObject({
      code: 'DELIVERY_UNKNOWN',
      message: 'no delivery g-9',
    });
  });
});

describe('swarmline service reset', () => {
  it('says in words that a key may not', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const { io, printed } = terminal(face);
    const denied = { ...io, env: await keyed(face, 'watch') };
    expect(await serviceReset('api', { json: false }, denied)).toBe(77);
    expect(printed.err).toMatch(/^Not allowed for watch: /);
    expect(await serviceReset('api', { json: true }, denied)).toBe(77);
    expect(JSON.parse(printed.out)).toMatchObject({ kind: 'refusal', code: 'denied' });
  });
});
