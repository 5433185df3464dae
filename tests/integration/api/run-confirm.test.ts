// What `swarmline run` has to have confirmed: by a flag, at a terminal, or not at all; then nothing of it stays behind.
import { PassThrough } from 'node:stream';
import { describe, expect } from 'vitest';
import { createPolicy } from '../../../src/access/index.ts';
import { run } from '../../../src/cli/commands/run.ts';
import type { Io } from '../../../src/cli/io.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { open } from './rig.ts';
import { plain, report, terminal } from './terminal.ts';

type Type = (keys: string) => void;

describe('swarmline run of what has to be confirmed', () => {
  it('does nothing without --yes where there is no terminal, and says so with 2', async ({
    redis,
    prefix,
  }) => {
    const face = await open(redis, prefix);
    const { io, printed } = terminal(face);
    expect(await run('restart slam', plain, io)).toBe(2);
    expect([printed.err, face.scene.jobs.ids]).toEqual([
      'Restart slam? It needs --yes where there is no terminal. Nothing was done.\n',
      [],
    ]);
    expect(await face.scene.approvals.waiting()).toEqual([]);
  });

  describe('where a name has to be typed', () => {
    const named = createPolicy({
      roles: { operator: ['ask', 'service.restart:*'] },
      dangers: { 'service.restart:*': 'type-name' },
      people: { owner: { role: 'operator', identities: ['cli:local'] } },
    });
    const wrong = 'Restart slam? slma is not slam, which has to be typed. Nothing was done.\n';

    it.for([
      ['--name has another', { name: 'slma' }, false, 'bad-argument', wrong],
      ['another is typed', {}, true, 'bad-argument', wrong],
      [
        'nobody can type it',
        { yes: true },
        false,
        'no-confirmation',
        'Restart slam? It needs --name slam where there is no terminal. Nothing was done.\n',
      ],
    ] as const)(
      'withdraws what it asked for when %s, and ends with 2',
      async ([, options, isTTY, code, told], { redis, prefix }) => {
        const face = await open(redis, prefix, { policy: named });
        const { io, stdin, printed } = terminal(face, { isTTY });
        if (isTTY) stdin.write('slma\n');
        expect(await run('restart slam', { ...plain, ...options }, io)).toBe(2);
        expect([printed.err.slice(-told.length), printed.out]).toEqual([told, '']);
        expect([await face.scene.approvals.waiting(), face.scene.jobs.ids]).toEqual([[], []]);
        const json = terminal(face, { isTTY });
        if (isTTY) json.stdin.write('slma\n');
        await run('restart slam', { ...plain, ...options, json: true }, json.io);
        expect(JSON.parse(json.printed.out)).toEqual({ kind: 'refusal', code, text: told.trimEnd() });
      },
    );

    it('takes the name', async ({ redis, prefix }) => {
      const face = await open(redis, prefix, { policy: named });
      const running = run('restart slam', { ...plain, name: 'slam' }, terminal(face).io);
      const about = (await eventually(() => face.scene.jobs.correlationIds[0])) ?? '';
      await face.results.report(report(about, 0, 'ready', true));
      expect(await running).toBe(0);
    });
  });

  it('says the id of what it could not withdraw, until when it waits, and what ends it', async ({
    redis,
    prefix,
  }) => {
    const face = await open(redis, prefix);
    const { io, printed } = terminal(face);
    // The platform goes between the question and its withdrawal.
    const stdin = Object.defineProperty(new PassThrough(), 'isTTY', {
      get: () => {
        io.env['SWARMLINE_API_PORT'] = '1';
      },
    });
    expect(await run('restart slam', plain, { ...io, stdin })).toBe(2);
    const [waiting] = await face.scene.approvals.waiting();
    expect(printed.err).toMatch(
      new RegExp(
        `It could not be withdrawn and waits until .*\\d\\d:\\d\\d:\\d\\d UTC; .swarmline deny ${waiting?.id}. ends it`,
      ),
    );
  });

  it('says how to decide again where the word could not be taken', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const { io, printed } = terminal(face);
    face.scene.jobs.down = true;
    expect(await run('restart slam', { ...plain, yes: true }, io)).toBe(69);
    expect(printed.err).toMatch(/It may wait for your word still: `swarmline approve x\w+`\.\n$/);
  });

  it.for([
    ['n\n', 'Declined; nothing was done.\n'],
    ['\n', 'Declined; nothing was done.\n'],
  ] as const)(
    'asks at a terminal, and takes %j for a no and ends with 0',
    async ([typed, told], { redis, prefix }) => {
      const face = await open(redis, prefix);
      const { io, stdin, printed } = terminal(face, { isTTY: true });
      stdin.write(typed);
      expect(await run('restart slam', plain, io)).toBe(0);
      expect([printed.out, face.scene.jobs.ids]).toEqual([told, []]);
    },
  );

  it('says at a stop before any question that it may wait, and how it is withdrawn', async ({
    redis,
    prefix,
  }) => {
    const face = await open(redis, prefix);
    const { io } = terminal(face, { isTTY: true });
    const running = run('restart slam', plain, io);
    io.stop();
    await expect(running).rejects.toMatchObject({
      code: 'ABORTED',
      message: expect.stringMatching(
        /unknown whether it was taken.*`swarmline approvals`.*`swarmline deny ID`/,
      ),
    });
    const rehearsal = run('restart slam', { ...plain, dryRun: true }, io);
    await expect(rehearsal).rejects.not.toThrow(/deny/);
  });

  it.for([
    ['Ctrl-C', 'Restart slam? It was interrupted. Nothing was done.\n', 130, (type: Type) => type('\u0003')],
    [
      'a signal',
      'Restart slam? It was interrupted. Nothing was done.\n',
      130,
      (_: Type, io: Io) => io.stop(),
    ],
    ['Ctrl-D, as after a no,', '', 0, (type: Type) => type('\u0004')],
  ] as const)('withdraws what it asked for at %s', async ([, told, code, leave], { redis, prefix }) => {
    const face = await open(redis, prefix);
    const { io, stdin, printed } = terminal(face, { isTTY: true });
    const running = run('restart slam', plain, io);
    await eventually(() => printed.err.includes('[y/N]'));
    leave((keys) => stdin.write(keys), io);
    expect(await running).toBe(code);
    expect(printed.err.endsWith(told)).toBe(true);
    expect([await face.scene.approvals.waiting(), face.scene.jobs.ids]).toEqual([[], []]);
  });

  it('says at Ctrl-C of what was confirmed elsewhere meanwhile that a no comes too late', async ({
    redis,
    prefix,
  }) => {
    const face = await open(redis, prefix);
    const { io, stdin, printed } = terminal(face, { isTTY: true });
    const running = run('restart slam', plain, io);
    await eventually(() => printed.err.includes('[y/N]'));
    const [wish] = await face.scene.approvals.waiting();
    await face.scene.decide(wish?.id ?? '', 'yes', { surface: 'cli', id: 'local', name: 'owner' });
    stdin.write('\u0003');
    expect(await running).toBe(130);
    expect(printed.err).toMatch(/It was interrupted\. It was confirmed before; a no comes too late\.\n$/);
  });

  it('takes the end of input at the question for a no', async ({ redis, prefix }) => {
    const face = await open(redis, prefix);
    const { io, stdin } = terminal(face, { isTTY: true });
    stdin.end();
    expect([await run('restart slam', plain, io), face.scene.jobs.ids]).toEqual([0, []]);
  });
});
