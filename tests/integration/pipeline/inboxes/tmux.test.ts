// Gas in a terminal, on a real tmux: the promises of every inbox, and those that only a terminal has to keep.
import { test as base, describe, expect } from 'vitest';
import { systemClock } from '../../../../src/core/clock.ts';
import { inboxSchema } from '../../../../src/pipeline/inboxes/config.ts';
import type { Inbox } from '../../../../src/pipeline/inboxes/inbox.ts';
import { makeInbox } from '../../../../src/pipeline/inboxes/inboxes.ts';
import { createTmux, type Tmux } from '../../../../src/pipeline/inboxes/tmux.ts';
import { createTmuxInbox } from '../../../../src/pipeline/inboxes/tmux-inbox.ts';
import { describeInbox } from '../../../conformance/inbox.ts';
import { eventually } from '../../../support/fixtures.ts';
import { gas } from '../../../unit/pipeline/gas.ts';
import { startTmux, type TmuxServer } from './tmux-server.ts';

const signal = new AbortController().signal;

function inboxOn({ socket }: TmuxServer, pane: string, some: object = {}): Inbox {
  const config = inboxSchema.parse({ kind: 'tmux', pane, socket, quietMs: 200, ...some });
  return makeInbox({ clock: systemClock }, config);
}

/** The pane swarm:0.0, whose server freezes right before it is told something that has this word in it. */
function freezingAt(server: TmuxServer, word: string): Inbox {
  const client = createTmux(server);
  const run: Tmux['run'] = async (args, ...rest) => {
    if (args.includes(word)) await server.freeze();
    return client.run(args, ...rest);
  };
  const config = { pane: 'swarm:0.0', submit: ['Enter'], quietMs: 200, allowShell: false };
  return createTmuxInbox({ tmux: { ...client, run }, clock: systemClock }, { kind: 'tmux', ...config });
}

describeInbox('tmux', async () => {
  const server = await startTmux();
  await server.agent('swarm');
  await server.agent('both');
  await server.run('set-option', '-p', '-t', 'both:0.0', 'synchronize-panes', 'on');
  return {
    inbox: inboxOn(server, 'swarm:0.0', { prompt: '^> ?$' }),
    received: () => server.received('swarm'),
    away: inboxOn(server, 'swarm:7.0'),
    misconfigured: inboxOn(server, 'both:0.0'),
    knows: true,
    close: () => server.close(),
  };
});

const it = base.extend<{ tmux: TmuxServer }>({
  tmux: async ({ task: _ }, use) => {
    const server = await startTmux();
    await use(server);
    await server.close();
  },
});

describe('gas in a pane', () => {
  it('arrives as one prompt that begins with the id of the gas', async ({ tmux }) => {
    await tmux.agent('swarm');
    await inboxOn(tmux, 'swarm:0.0').deliver(gas({ text: 'one\ntwo\n\nthree' }), signal);
    const [prompt = '', ...others] = await eventually(() => tmux.received('swarm'), {
      accept: (all) => all.length > 0,
    });
    expect(others).toEqual([]);
    expect(prompt).toMatch(/^\[gas xa1b2c3\] one\ntwo\n\nthree\s*$/);
  });

  it('waits until nothing moves any more', async ({ tmux }) => {
    await tmux.agent('swarm', 'busy');
    const inbox = inboxOn(tmux, 'swarm:0.0');
    await expect(inbox.deliver(gas(), signal)).rejects.toMatchObject({ code: 'INBOX_BUSY', retryable: true });
    expect(await inbox.has(gas(), signal)).toBe(false);
    await tmux.calm('swarm');
    const handed = await eventually(() => inbox.deliver(gas(), signal));
    expect(handed.state).toBe('sent');
  });

  it.for(['less', 'vi', 'top'])('waits until %s is closed, whatever it shows', async (viewer, { tmux }) => {
    await tmux.program('swarm', 'bash', '-c', `exec -a ${viewer} sleep 600`);
    const called = () => tmux.run('display-message', '-p', '-t', 'swarm:0.0', '#{pane_current_command}');
    await eventually(async () => (await called()).trim() === viewer);
    await expect(inboxOn(tmux, 'swarm:0.0', { prompt: '.*' }).deliver(gas(), signal)).rejects.toMatchObject({
      code: 'INBOX_BUSY',
      message: `in tmux swarm:0.0 is ${viewer}, in front of the agent`,
    });
    expect(await tmux.run('capture-pane', '-p', '-t', 'swarm:0.0')).not.toContain('gas');
  });

  it('waits before a program that fills the screen, unless its prompt is known', async ({ tmux }) => {
    await tmux.agent('swarm', 'full');
    const blind = inboxOn(tmux, 'swarm:0.0');
    await expect(blind.deliver(gas(), signal)).rejects.toMatchObject({ code: 'INBOX_BUSY' });
    expect(await blind.check(signal)).toMatchObject({
      state: 'warn',
      said: expect.stringContaining('`prompt`'),
    });
    const seeing = inboxOn(tmux, 'swarm:0.0', { prompt: '^> ?$' });
    expect(await seeing.check(signal)).toBeNull();
    expect(await seeing.deliver(gas(), signal)).toMatchObject({ state: 'sent' });
  });

  it('waits for the prompt that is configured, also where somebody has begun to type', async ({ tmux }) => {
    await tmux.agent('swarm');
    await tmux.run('send-keys', '-t', 'swarm:0.0', '-l', 'half a thou');
    await eventually(async () => (await tmux.run('capture-pane', '-p', '-t', 'swarm:0.0')).includes('thou'));
    const inbox = inboxOn(tmux, 'swarm:0.0', { prompt: '^> ?$' });
    await expect(inbox.deliver(gas(), signal)).rejects.toMatchObject({ code: 'INBOX_BUSY' });
  });

  it('waits for a line that somebody has begun, also below an empty prompt of before', async ({ tmux }) => {
    await tmux.agent('swarm');
    await tmux.run('send-keys', '-t', 'swarm:0.0', 'Enter');
    await eventually(() => tmux.received('swarm'), { accept: (all) => all.length > 0 });
    await tmux.run('send-keys', '-t', 'swarm:0.0', '-l', 'half a thou');
    await eventually(async () => (await tmux.run('capture-pane', '-p', '-t', 'swarm:0.0')).includes('thou'));
    const inbox = inboxOn(tmux, 'swarm:0.0', { prompt: '^> ?$' });
    await expect(inbox.deliver(gas(), signal)).rejects.toMatchObject({ code: 'INBOX_BUSY' });
    expect(await tmux.received('swarm')).toEqual(['']);
  });

  it('finds the prompt of a program that hides the cursor and leaves it below', async ({ tmux }) => {
    await tmux.agent('swarm', 'drawn');
    const handed = await inboxOn(tmux, 'swarm:0.0', { prompt: '^> ?$' }).deliver(gas(), signal);
    expect(handed.state).toBe('sent');
  });

  it('waits while somebody scrolls', async ({ tmux }) => {
    await tmux.agent('swarm');
    await tmux.run('copy-mode', '-t', 'swarm:0.0');
    const inbox = inboxOn(tmux, 'swarm:0.0');
    await expect(inbox.deliver(gas(), signal)).rejects.toMatchObject({ code: 'INBOX_BUSY' });
  });

  it('never goes into a shell, which would run it', async ({ tmux }) => {
    await tmux.program('swarm', 'bash', '--norc');
    const inbox = inboxOn(tmux, 'swarm:0.0');
    const refused = inbox.deliver(gas({ text: 'touch never' }), signal);
    await expect(refused).rejects.toThrow('in tmux swarm:0.0 is bash, no agent');
    expect(await inbox.check(signal)).toMatchObject({ state: 'warn' });
  });

  it('cannot end its own paste', async ({ tmux }) => {
    await tmux.agent('swarm');
    await inboxOn(tmux, 'swarm:0.0').deliver(gas({ text: 'a\u001b[201~\rrm -rf\u009b201~ b' }), signal);
    const received = await eventually(() => tmux.received('swarm'), { accept: (all) => all.length > 0 });
    expect(received).toEqual([expect.stringContaining('a[201~\nrm -rf201~ b')]);
  });

  it('says that the program has ended', async ({ tmux }) => {
    await tmux.agent('other');
    await tmux.run('set-option', '-g', 'remain-on-exit', 'on');
    await tmux.program('swarm', 'true');
    await eventually(async () => (await tmux.run('list-panes', '-a', '-F', '#{pane_dead}')).includes('1'));
    const failed = inboxOn(tmux, 'swarm:0.0').deliver(gas(), signal);
    await expect(failed).rejects.toThrow('the program in tmux swarm:0.0 has ended');
  });

  it('does not take a session of a similar name for the one that is meant', async ({ tmux }) => {
    await tmux.agent('swarm-old');
    await expect(inboxOn(tmux, 'swarm:0.0').deliver(gas(), signal)).rejects.toThrow('no pane swarm:0.0');
  });

  it('finds a window by its name, and a pane by its own id', async ({ tmux }) => {
    await tmux.agent('swarm');
    await tmux.run('rename-window', '-t', 'swarm:0', 'Agent 2');
    const id = (await tmux.run('list-panes', '-a', '-F', '#{pane_id}')).trim();
    expect(await inboxOn(tmux, 'swarm:Agent 2.0').check(signal)).toBeNull();
    expect(await inboxOn(tmux, id).check(signal)).toBeNull();
  });

  it('says that no tmux runs there', async ({ tmux }) => {
    const failed = inboxOn(tmux, 'swarm:0.0').deliver(gas(), signal);
    await expect(failed).rejects.toMatchObject({
      code: 'INBOX_UNREACHABLE',
      message: expect.stringContaining('tmux: '),
    });
  });

  it('sends what a process that died had pasted, and pastes nothing again', async ({ tmux }) => {
    await tmux.agent('swarm');
    const inbox = inboxOn(tmux, 'swarm:0.0');
    await tmux.run('send-keys', '-t', 'swarm:0.0', '-l', '[gas xa1b2c3] go on');
    await tmux.run('set-option', '-p', '-t', 'swarm:0.0', '@swarmline_xa1b2c3', 'pasted');
    await inbox.deliver(gas(), signal);
    const received = await eventually(() => tmux.received('swarm'), { accept: (all) => all.length > 0 });
    expect(received).toEqual(['[gas xa1b2c3] go on']);
  });
});

describe('a tmux server that does not answer', () => {
  it('is told of as one, and never as a pane that is not there', async ({ tmux }) => {
    await tmux.agent('swarm');
    await tmux.freeze();
    const inbox = inboxOn(tmux, 'swarm:0.0');
    const asked = [inbox.deliver(gas(), signal), inbox.has(gas(), signal), inbox.withdraw(gas(), signal)];
    const [checked, ...answers] = await Promise.all([
      inbox.check(signal),
      ...asked.map((one) => one.catch((thrown: unknown) => thrown)),
    ]);
    expect(checked).toEqual({ state: 'warn', said: 'tmux gave no answer' });
    expect(answers).toMatchObject([
      // It has pasted nothing; what an earlier try did, nobody can tell.
      { code: 'INBOX_UNREACHABLE', message: 'tmux gave no answer' },
      { code: 'INBOX_UNCERTAIN' },
      { code: 'INBOX_UNCERTAIN' },
    ]);
  });

  it.for(['paste-buffer', 'Enter'])(
    'may have it where it froze over %s, and gets it once',
    async (at, { tmux }) => {
      await tmux.agent('swarm');
      const failed = freezingAt(tmux, at).deliver(gas({ text: 'go on' }), signal);
      await expect(failed).rejects.toMatchObject({ code: 'INBOX_UNCERTAIN', retryable: true });
      tmux.thaw();
      await eventually(() => inboxOn(tmux, 'swarm:0.0').deliver(gas({ text: 'go on' }), signal));
      const received = await eventually(() => tmux.received('swarm'), { accept: (all) => all.length > 0 });
      expect(received).toEqual([expect.stringMatching(/^\[gas xa1b2c3\] go on\s*$/)]);
    },
  );
});
