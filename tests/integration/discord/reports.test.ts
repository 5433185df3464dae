// chat.report on Discord: posted once, edited in order, and honest about what was not taken.
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/fixtures.ts';
import { boardAgent, boardReport, mapMemory, openScene, restartReport, type Scene } from './harness.ts';

describe('Discord reports', () => {
  let scene: Scene;
  const open = async (options: Parameters<typeof openScene>[0] = {}) => {
    scene = await openScene(options);
    const { peer } = scene;
    await eventually(() => scene.link.status().state === 'up');
    return { ...scene, to: { place: peer.channelId } };
  };
  const posts = () =>
    scene.peer.exchanges.filter(({ method, path }) => method === 'POST' && /\/messages$/.test(path));
  const edits = () =>
    scene.peer.exchanges.filter(({ method, path }) => method === 'PATCH' && /^\/channels/.test(path));
  afterEach(() => scene.close());

  it('posts a report that has no message yet and edits it afterwards', async () => {
    const { bot, peer, to } = await open();
    await bot.report(restartReport(to, ['queued']));
    await bot.report(restartReport(to, ['queued', 'sent']));
    expect(peer.messages()).toHaveLength(1);
    expect(peer.messages()[0]?.text).toContain('queued → **sent**');
  });

  it('goes on in the same message after a restart of the process', async () => {
    const memory = mapMemory();
    const { bot, peer, to } = await open({ memory });
    await bot.report(restartReport(to, ['queued']));
    await bot.stop();
    await bot.start();
    await bot.report(restartReport(to, ['queued', 'sent']));
    expect(peer.messages()).toHaveLength(1);
  });

  it('drops a report that is older than what is shown', async () => {
    const { bot, peer, to } = await open();
    await bot.report(restartReport(to, ['queued', 'sent', 'ready']));
    await bot.report(restartReport(to, ['queued', 'sent']));
    expect(peer.messages()[0]?.text).toContain('**ready**');
  });

  it('shows only the newest of reports that come faster than Discord may be edited', async () => {
    const { bot, to } = await open({ tuning: { minEditMs: 300 } });
    await bot.report(restartReport(to, ['queued']));
    await Promise.all([
      bot.report(restartReport(to, ['queued', 'sent'])),
      bot.report(restartReport(to, ['queued', 'sent', 'accepted'])),
      bot.report(restartReport(to, ['queued', 'sent', 'accepted', 'ready'])),
    ]);
    expect(edits()).toHaveLength(1);
    expect(scene.peer.messages()[0]?.text).toContain('**ready**');
  });

  it('posts anew when the message was deleted, and edits that one from then on', async () => {
    const { bot, peer, to } = await open();
    await bot.report(restartReport(to, ['queued']));
    peer.deleteMessage(peer.messages()[0]?.id ?? '');
    await bot.report(restartReport(to, ['queued', 'sent']));
    await bot.report(restartReport(to, ['queued', 'sent', 'ready']));
    expect(peer.messages()).toHaveLength(1);
    expect(peer.messages()[0]?.text).toContain('**ready**');
  });

  it('shows a board with a picture, and edits both in place: one message, one picture', async () => {
    const { bot, peer, to } = await open();
    await bot.report(boardReport(to, { seq: 0 }));
    const [first] = peer.messages();
    expect(first?.files).toMatchObject([{ name: 'chain.png', type: 'image/png', width: 704 }]);
    expect(first?.text).toContain('**Agent-1** ▰▰▰▰▰▰▰▰▱▱ 82 % executing, next 90 %, 1 gas open → Agent-2');
    await bot.report(
      boardReport(to, { seq: 5, agents: [{ ...boardAgent('Agent-1', 90), inPlaceOf: ['Agent-3'] }] }),
    );
    const [second, ...others] = peer.messages();
    expect(others).toEqual([]);
    expect(second).toMatchObject({ id: first?.id, edits: 1, files: [{ name: 'chain.png' }] });
    expect(second?.files[0]?.id).not.toBe(first?.files[0]?.id);
    expect(second?.text).toContain('90 % executing in place of Agent-3, next 90 %');
  });

  it('says why a board ends', async () => {
    const { bot, peer, to } = await open();
    await bot.report(boardReport(to, { seq: 0, final: true }));
    expect(peer.messages()[0]?.text).toContain('The board ends: it was stopped');
  });

  for (const scope of ['user', 'shared', 'global'] as const) {
    it(`waits out a rate limit (${scope}) and posts once`, async () => {
      const { bot, peer, to } = await open();
      peer.fail({ kind: 429, match: /^POST .*\/messages/, retryAfterMs: 300, scope, times: 2 });
      const before = Date.now();
      await bot.report(restartReport(to, ['queued']));
      expect(Date.now() - before).toBeGreaterThanOrEqual(600);
      expect(posts().map(({ status }) => status)).toEqual([429, 429, 200]);
      expect(peer.messages()).toHaveLength(1);
    });
  }

  it('posts once although the first answer was lost, because the nonce is the same', async () => {
    const memory = mapMemory();
    const { bot, peer, to } = await open({
      memory: { ...memory, remember: () => Promise.reject(new Error('redis away')) },
    });
    await expect(bot.report(restartReport(to, ['queued']))).rejects.toThrow('redis away');
    await expect(bot.report(restartReport(to, ['queued']))).rejects.toThrow('redis away');
    expect(posts()).toHaveLength(2);
    expect(peer.messages()).toHaveLength(1);
  });

  for (const kind of [500, 502, 503, 'reset', 'hang'] as const) {
    it(`leaves ${kind} to the retry of the job`, async () => {
      const { bot, peer, to } = await open();
      peer.fail({ kind, match: /^POST .*\/messages/ });
      const failed = bot.report(restartReport(to, ['queued']));
      await expect(failed).rejects.toMatchObject({ code: 'CHAT_UNAVAILABLE', retryable: true });
    });
  }

  it('leaves Discord alone for a moment after five faults in a row, and says so', async () => {
    const { bot, peer, to, guards } = await open();
    // The commands are registered beside it, by the same circuit: its success between two faults would close it again.
    await eventually(() => peer.exchanges.some(({ method, status }) => method === 'PUT' && status === 200));
    peer.fail({ kind: 503, match: /^POST .*\/messages/, times: 5 });
    for (let i = 0; i < 5; i += 1) await bot.report(restartReport(to, ['queued'])).catch(() => undefined);
    const refused = bot.report(restartReport(to, ['queued']));
    await expect(refused).rejects.toMatchObject({ code: 'CIRCUIT_OPEN', retryable: true });
    expect(posts()).toHaveLength(5);
    expect(guards.breakers()).toMatchObject([{ name: 'discord-rest', state: 'open' }]);
  });

  it('does not want a retry where the bot may not write', async () => {
    const { bot, peer, to } = await open();
    peer.fail({ kind: 403, match: /^POST .*\/messages/ });
    const failed = bot.report(restartReport(to, ['queued']));
    await expect(failed).rejects.toMatchObject({ code: 'CHAT_AUTH', retryable: false });
  });

  it('sends nothing more after a 401 and says on the link that the token was refused', async () => {
    const { bot, peer, link, to } = await open();
    peer.fail({ kind: 401, match: /^POST .*\/messages/ });
    await expect(bot.report(restartReport(to, ['queued']))).rejects.toMatchObject({ code: 'CHAT_AUTH' });
    await expect(bot.report(restartReport(to, ['queued', 'sent']))).rejects.toMatchObject({
      code: 'CHAT_AUTH',
    });
    expect(posts()).toHaveLength(1);
    expect(link.status()).toMatchObject({ state: 'down', detail: expect.stringContaining('DISCORD_TOKEN') });
  });
});
