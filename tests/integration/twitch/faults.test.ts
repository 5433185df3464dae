import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TwitchPeer } from '../../peers/twitch/index.ts';
import { eventually } from '../../support/fixtures.ts';
import { ann, isBack, joinedBot, restartReport, startBot } from './harness.ts';

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeAll(() => process.on('unhandledRejection', note));
afterAll(() => process.off('unhandledRejection', note));
afterEach(() => expect(unhandled).toEqual([]));

const faults: readonly (readonly [string, (peer: TwitchPeer) => void])[] = [
  ['asks to RECONNECT', (peer) => peer.reconnect(500)],
  ['asks to RECONNECT and never closes', (peer) => peer.reconnect(60_000)],
  ['cuts the connection', (peer) => peer.terminate()],
  [
    'cuts it and refuses the next handshakes',
    (peer) => {
      peer.refuseHandshakes(4);
      peer.terminate();
    },
  ],
  [
    'falls silent with the socket open',
    (peer) => {
      peer.silence(true);
      setTimeout(() => peer.silence(false), 1_000);
    },
  ],
];

/** Resolves once a bot that tries again, at most 0.2 s after it lost its connection, would have done so. */
async function staysAt(peer: TwitchPeer, handshakes: number): Promise<void> {
  await expect(eventually(() => peer.handshakes > handshakes, { timeoutMs: 1_000 })).rejects.toThrow();
  expect(peer.handshakes).toBe(handshakes);
}

describe('a bot whose Twitch', () => {
  it.each(faults)('%s is back in its channels and answers each command once', async (_, fault) => {
    const world = await joinedBot();
    const { peer, handled } = world;
    peer.say('swarm', { ...ann, text: '!status before' });
    await eventually(() => peer.sent('swarm').length === 1);
    const handshakes = peer.handshakes;
    fault(peer);
    await eventually(() => peer.handshakes > handshakes);
    await isBack(world);
    peer.say('swarm', { ...ann, text: '!status after' });
    await eventually(() => peer.sent('swarm').length === 2);
    expect([handled.length, peer.joined('swarm'), peer.violations]).toEqual([2, ['swarmbot'], []]);
  });

  it('asks to RECONNECT gets one new connection, and none that tmi.js makes beside it', async () => {
    const { peer } = await joinedBot();
    peer.reconnect();
    const pings = () =>
      peer.lines.filter(({ direction, line }) => direction === 'in' && line === 'PING').length;
    await eventually(() => pings() === 7);
    expect(peer.handshakes).toBe(2);
  });

  it('is not there yet starts all the same, and joins when it comes', async () => {
    const world = await startBot({ before: (peer) => peer.refuseHandshakes(3) });
    await isBack(world);
    expect([world.bot.state, world.peer.handshakes]).toEqual(['ready', 4]);
  });

  it('falls silent says so on the link', async () => {
    const { peer, link } = await joinedBot();
    peer.silence(true);
    await eventually(() => link.status().state === 'down');
    expect(link.status().detail).toMatch(/silent for 1 s; reconnecting; re-created \d+×/);
  });

  it('is quiet is asked, and the age of its answer is told', async () => {
    const { link } = await joinedBot();
    await eventually(() => link.status().seen['pong']);
    expect(link.status().state).toBe('up');
  });

  it('refuses the login is asked once, and the link says what to do', async () => {
    const { peer, link } = await startBot({ peer: { accounts: { swarmbot: 'good' } }, token: 'stolen' });
    await eventually(() => link.status().state === 'down');
    expect(link.status().detail).toBe(
      'Twitch refused the login of swarmbot (Login authentication failed): check TWITCH_TOKEN, then restart',
    );
    await staysAt(peer, 1);
  });

  it('sends lines that tmi.js cannot read goes on answering', async () => {
    const { peer } = await joinedBot();
    for (const line of [':tmi.twitch.tv NOTICE *', '@ :', 'garbage', ':tmi.twitch.tv HOSTTARGET #swarm'])
      peer.raw(line);
    peer.say('swarm', { ...ann, text: '!status' });
    await eventually(() => peer.sent('swarm').length === 1);
    expect(peer.handshakes).toBe(1);
  });

  it('asks PING is answered', async () => {
    const { peer } = await joinedBot();
    peer.raw('PING :tmi.twitch.tv');
    await eventually(() => peer.lines.some(({ direction, line }) => direction === 'in' && line === 'PONG'));
    expect(peer.handshakes).toBe(1);
  });

  it('was stopped is never connected again', async () => {
    const { peer, bot } = await joinedBot();
    await bot.stop();
    await eventually(() => peer.joined('swarm').length === 0);
    await bot.stop();
    await staysAt(peer, 1);
    expect(bot.state).toBe('stopped');
  });
});

describe('a line in flight', () => {
  it('is repeated when the connection took it along, so that a final report is never lost', async () => {
    const world = await joinedBot();
    const { peer, bot } = world;
    peer.failNextMessage('silence');
    const first = bot.report(restartReport(5, ['ready'], true));
    await eventually(() => peer.lines.some(({ line }) => line.includes('PRIVMSG #swarm :@ann restart slam')));
    peer.terminate();
    await expect(first).rejects.toMatchObject({ code: 'CHAT_UNAVAILABLE' });
    await isBack(world);
    await bot.report(restartReport(5, ['ready'], true));
    expect(peer.sent('swarm')).toHaveLength(1);
  });
});
