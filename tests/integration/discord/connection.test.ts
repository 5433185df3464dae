// The gateway connection through every way of losing it that the stand-in can make.
import { afterEach, describe, expect, it } from 'vitest';
import type { Link } from '../../../src/core/links.ts';
import { createDiscordPeer, type DiscordPeer } from '../../peers/discord/index.ts';
import { eventually } from '../../support/fixtures.ts';
import { botAt, openScene, restartReport, type Scene } from './harness.ts';

const up = (link: Link) => eventually(() => link.status().state === 'up');

describe('the Discord connection', () => {
  const opened: { close(): Promise<void> }[] = [];
  const open = async (options: Parameters<typeof openScene>[0] = {}): Promise<Scene> => {
    const scene = await openScene(options);
    opened.push(scene);
    return scene;
  };
  const connected = async (options: Parameters<typeof openScene>[0] = {}) => {
    const scene = await open(options);
    await scene.peer.until(() => writes(scene.peer)[0]);
    await up(scene.link);
    return scene;
  };
  afterEach(async () => {
    for (const scene of opened.splice(0)) await scene.close();
  });

  it('registers the commands once and writes nothing at the second start', async () => {
    const { peer, bot, link } = await connected();
    expect(writes(peer)).toHaveLength(1);
    await bot.stop();
    await bot.start();
    await up(link);
    await peer.until(() => (registration(peer).length >= 3 ? true : undefined));
    expect(writes(peer)).toHaveLength(1);
  });

  it('runs a command once that was issued while the connection was broken', async () => {
    const { peer, intake } = await connected();
    peer.gateway.drop();
    await peer.until(() => (peer.gateway.connected === 0 ? true : undefined));
    const use = await peer.slash({ command: 'status' });
    expect((await use.message()).text).toContain('redis');
    expect(intake.invocations).toHaveLength(1);
    expect(peer.gateway.counts).toMatchObject({ identifies: 1, resumes: 1 });
  });

  it('says that it is down while it resumes', async () => {
    const { peer, link, changes } = await connected();
    const before = changes.length;
    peer.gateway.drop();
    const down = await eventually(() => changes.slice(before).find(({ state }) => state === 'down'));
    expect(down?.detail).toBe('gateway closed (1006), resuming');
    await up(link);
  });

  it('resumes when Discord asks to reconnect', async () => {
    const { peer, link } = await connected();
    peer.gateway.askReconnect();
    await peer.until(() => (peer.gateway.counts.resumes === 1 ? true : undefined));
    await up(link);
    expect(peer.gateway.counts.identifies).toBe(1);
  });

  it('identifies again when the session was declared invalid', async () => {
    const { peer, link } = await connected();
    peer.gateway.invalidate(false);
    await peer.until(() => (peer.gateway.counts.identifies === 2 ? true : undefined));
    await up(link);
    expect((await (await peer.slash({ command: 'status' })).message()).text).toContain('redis');
  });

  it('resumes when heartbeats are not acknowledged', async () => {
    const { peer, link } = await connected();
    peer.gateway.behaviour.acknowledgeHeartbeats = false;
    await peer.until(() => (peer.gateway.counts.resumes >= 1 ? true : undefined));
    peer.gateway.behaviour.acknowledgeHeartbeats = true;
    await up(link);
    expect(peer.gateway.counts.identifies).toBe(1);
  });

  it('replaces a client that hears nothing any more', async () => {
    const { peer, link } = await connected({ peer: { heartbeatMs: 60_000 }, tuning: { deafAfterMs: 500 } });
    await peer.until(() => (peer.gateway.counts.identifies === 2 ? true : undefined));
    await up(link);
    expect(peer.gateway.connected).toBe(1);
    expect(link.status().recreated).toBeGreaterThanOrEqual(1);
  });

  it('tells the age of the last event and of the last answer to a heartbeat', async () => {
    const { link } = await connected({ peer: { heartbeatMs: 200 } });
    // Which of the two comes first is up to the gateway; after the last event only heartbeats are answered.
    await eventually(() => link.status(), {
      accept: ({ seen: { event, heartbeat } }) =>
        event !== undefined && heartbeat !== undefined && heartbeat > event,
    });
  });

  it('leaves no second client behind when Discord was away for longer than discord.js may resume', async () => {
    const { peer, link, intake } = await connected({ tuning: { reconnectForMs: 700 } });
    peer.gateway.behaviour.refuseHandshake = 503;
    peer.gateway.drop();
    await eventually(() => link.status().detail.includes('no connection to the gateway'));
    peer.gateway.behaviour.refuseHandshake = null;
    await up(link);
    // A client that was not really ended would be back by now: it tries every 500 ms.
    const handshakes = peer.gateway.counts.handshakes;
    await expect(
      peer.until(() => (peer.gateway.counts.handshakes > handshakes ? true : undefined), 1_200),
    ).rejects.toThrow();
    await (await peer.slash({ command: 'status' })).message();
    expect(intake.invocations).toHaveLength(1);
  });

  it('asks once with a wrong token, then says what is wrong', async () => {
    const { peer, link } = await open({ token: 'wrong' });
    await eventually(() => link.status().state === 'down');
    expect(link.status().detail).toBe('Discord refused the token (HTTP 401): check DISCORD_TOKEN');
    await expect(peer.until(() => peer.exchanges[1], 1_000)).rejects.toThrow();
  });

  for (const [code, text] of [
    [4004, 'check DISCORD_TOKEN'],
    [4014, 'intents'],
  ] as const) {
    it(`identifies once when the gateway answers ${code}, then says what is wrong`, async () => {
      const peer = await createDiscordPeer();
      peer.gateway.behaviour.refuseIdentify = code;
      const { bot, link } = botAt(peer);
      opened.push({ close: () => bot.stop().then(() => peer.close()) });
      await bot.start();
      await eventually(() => link.status().state === 'down');
      expect(link.status().detail).toContain(text);
      await expect(peer.until(() => second(peer), 1_500)).rejects.toThrow();
    });
  }

  it('starts although nobody is there, and connects when somebody is', async () => {
    const gone = await createDiscordPeer();
    await gone.close();
    const { bot, link } = botAt(gone);
    await bot.start();
    await eventually(() => link.status().state === 'down');
    expect(link.status().detail).toContain('cannot log in');
    const peer = await createDiscordPeer({ port: gone.port });
    opened.push({ close: () => bot.stop().then(() => peer.close()) });
    await up(link);
    expect(peer.gateway.counts.identifies).toBe(1);
  });

  it('stops for good while the gateway accepts the socket and says nothing', async () => {
    const { bot, peer, link } = await connected();
    peer.gateway.behaviour.mute = true;
    peer.gateway.drop();
    await peer.until(() => (peer.gateway.counts.handshakes === 2 ? true : undefined));
    await bot.stop();
    expect(link.status()).toMatchObject({ state: 'down', detail: 'stopped' });
    const again = peer.until(() => (peer.gateway.counts.handshakes > 2 ? true : undefined), 1_000);
    await expect(again).rejects.toThrow();
  });

  it('edits messages while the gateway is away', async () => {
    const { peer, bot, link } = await connected();
    peer.gateway.behaviour.refuseHandshake = 503;
    peer.gateway.drop();
    await eventually(() => link.status().state === 'down');
    await bot.report(restartReport({ place: peer.channelId }, ['queued']));
    expect(peer.messages()).toHaveLength(1);
  });

  it('is off without a token', async () => {
    const peer = await createDiscordPeer();
    const { bot, link } = botAt(peer, { token: '' });
    opened.push({ close: () => bot.stop().then(() => peer.close()) });
    await bot.start();
    expect(link.status()).toMatchObject({ state: 'off', detail: 'no DISCORD_TOKEN' });
  });
});

function registration(peer: DiscordPeer) {
  return peer.exchanges.filter(({ path }) => path.endsWith('/commands'));
}

function writes(peer: DiscordPeer) {
  return registration(peer).filter(({ method }) => method === 'PUT');
}

function second(peer: DiscordPeer): true | undefined {
  return peer.gateway.counts.identifies > 1 ? true : undefined;
}
