import { describe, expect, it } from 'vitest';
import { eventually } from '../../support/fixtures.ts';
import { ann, joinedBot, restartReport, stranger } from './harness.ts';

describe('commands on Twitch', () => {
  it('answers !status to the person who asked, in the channel where it was asked', async () => {
    const { peer } = await joinedBot();
    peer.say('drones', { ...ann, text: '!status' });
    await eventually(() => peer.sent('drones').length === 1);
    expect(peer.sent('drones')).toEqual(['@ann status | slam: ready (4 s ago)']);
  });

  it("hands the intake Twitch's own ids of the message and the person", async () => {
    const { peer, handled } = await joinedBot();
    const id = peer.say('swarm', { ...ann, text: '!restart slam' });
    await eventually(() => handled.length === 1);
    expect(handled).toEqual([
      {
        id,
        identity: { surface: 'twitch', id: '42', name: 'Ann', marks: [] },
        replyTo: { surface: 'twitch', place: 'swarm', user: 'ann' },
        place: { surface: 'twitch', id: 'swarm' },
        input: { kind: 'line', line: 'restart slam' },
        shownLater: true,
      },
    ]);
  });

  it('hands the intake the badges of the viewer with the command and with the word on it', async () => {
    const { peer, handled, decided } = await joinedBot();
    for (const text of ['!status', '!yes ab12cd']) {
      peer.say('swarm', { ...ann, text, badges: 'moderator/1,subscriber/12' });
    }
    await eventually(() => decided.length === 1);
    const identity = { id: '42', marks: ['badge:moderator', 'badge:subscriber'] };
    expect([...handled, ...decided]).toMatchObject([{ identity }, { identity }]);
  });

  it('asks for a word to type before an action', async () => {
    const { peer } = await joinedBot();
    peer.say('swarm', { ...ann, text: '!restart slam' });
    await eventually(() => peer.sent('swarm').length === 1);
    expect(peer.sent('swarm')).toEqual(['@ann restart slam? type !yes ab12cd within 60 s']);
  });

  it('hands the word on and says what came of it', async () => {
    const { peer, decided } = await joinedBot();
    peer.say('swarm', { ...ann, text: '!yes ab12cd' });
    await eventually(() => peer.sent('swarm').length === 1);
    expect([decided, peer.sent('swarm')]).toMatchObject([
      [{ confirmationId: 'ab12cd', verdict: 'yes', identity: { id: '42' } }],
      ['@ann the restart of slam is queued'],
    ]);
  });

  it('refuses a stranger and says so', async () => {
    const { peer } = await joinedBot();
    peer.say('swarm', { ...stranger, text: '!restart slam' });
    await eventually(() => peer.sent('swarm').length === 1);
    expect(peer.sent('swarm')).toEqual(['@mallory Not allowed for Mallory.']);
  });

  it('leaves talk and the words of other bots alone', async () => {
    const { peer, handled } = await joinedBot();
    for (const text of ['hello', '!uptime', 'try !status', '!status']) peer.say('swarm', { ...ann, text });
    await eventually(() => peer.sent('swarm').length === 1);
    expect(handled.map(({ input }) => input)).toEqual([{ kind: 'line', line: 'status' }]);
  });

  it('answers a message that Twitch repeats once', async () => {
    const { peer, handled } = await joinedBot();
    for (const id of ['m1', 'm1', 'm2']) peer.say('swarm', { ...ann, id, text: '!status' });
    await eventually(() => peer.sent('swarm').length === 2);
    expect(handled.map(({ id }) => id)).toEqual(['m1', 'm2']);
  });

  it('splits an answer that is too long for one line, each part to the asker', async () => {
    const { peer } = await joinedBot();
    const long = Array.from({ length: 90 }, (_, index) => `agent${index}`).join(' ');
    peer.say('swarm', { ...ann, text: `!status ${long}` });
    await eventually(() => peer.sent('swarm').length === 2);
    const said = peer.sent('swarm').map((line) => line.replace('@ann ', ''));
    expect(said.join(' ')).toBe(`status ${long} | slam: ready (4 s ago)`);
  });
});

describe('reports on Twitch', () => {
  it('says the acknowledgement and the end, once each', async () => {
    const { peer, bot } = await joinedBot();
    await bot.report(restartReport(0, ['queued']));
    await bot.report(restartReport(2, ['queued', 'sent', 'accepted']));
    await bot.report(restartReport(2, ['queued', 'sent', 'accepted']));
    await bot.report(restartReport(3, ['queued', 'sent', 'accepted', 'stopping']));
    await bot.report(restartReport(5, ['queued', 'sent', 'accepted', 'stopping', 'starting', 'ready'], true));
    await bot.report(restartReport(5, ['queued', 'sent', 'accepted', 'stopping', 'starting', 'ready'], true));
    expect(peer.sent('swarm')).toEqual([
      '@ann restart slam: accepted — the sidecar took it [restart]',
      '@ann restart slam: ready — new incarnation b2, 3 s [restart]',
    ]);
  });

  it('asks for another try while Twitch is away', async () => {
    const { peer, bot, link } = await joinedBot();
    peer.refuseHandshakes(1_000);
    peer.terminate();
    await eventually(() => link.status().state === 'down');
    await expect(bot.report(restartReport(5, ['ready'], true))).rejects.toMatchObject({
      code: 'CHAT_UNAVAILABLE',
      retryable: true,
    });
  });

  it.each(['msg_duplicate', 'msg_rejected', 'msg_banned', 'msg_of_tomorrow'])(
    'asks for another try when Twitch refuses the line with %s',
    async (fault) => {
      const { peer, bot } = await joinedBot();
      peer.failNextMessage(fault);
      await expect(bot.report(restartReport(5, ['ready'], true))).rejects.toThrow(fault);
    },
  );

  it('counts a line as said when Twitch does not tell, and goes on', async () => {
    const { peer, bot } = await joinedBot();
    peer.failNextMessage('silence');
    await bot.report(restartReport(2, ['accepted']));
    await bot.report(restartReport(5, ['ready'], true));
    expect(peer.sent('swarm')).toEqual(['@ann restart slam: ready — new incarnation b2, 3 s [restart]']);
  });
});
