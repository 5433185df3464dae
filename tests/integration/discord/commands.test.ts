// Commands and live reports through real discord.js against the stand-in.
import { afterEach, describe, expect, it } from 'vitest';
import { correlationIdOf } from '../../../src/contracts/ids.ts';
import { operator, operatorRole, stranger } from '../../peers/discord/index.ts';
import { eventually } from '../../support/fixtures.ts';
import { openScene, restartReport, type Scene } from './harness.ts';

describe('Discord commands', () => {
  let scene: Scene;
  const open = async (options: Parameters<typeof openScene>[0] = {}) => {
    scene = await openScene(options);
    return scene;
  };
  const confirmation = async () => {
    const use = await scene.peer.slash({ command: 'restart', options: { service: 'slam' } });
    return await use.message();
  };
  afterEach(() => scene.close());

  it('answers /status to the asker alone, with rows and ages', async () => {
    const { peer } = await open();
    const use = await peer.slash({ command: 'status' });
    const answer = await use.message();
    expect(answer.ephemeral).toBe(true);
    expect(answer.text).toContain('🟢 **redis** up (4 s ago)');
  });

  it('answers what is secret to the asker alone, though it changes something', async () => {
    const { peer } = await open();
    const answer = await (await peer.slash({ command: 'link' })).message();
    expect(answer).toMatchObject({ ephemeral: true, text: 'Enter ACDEF-GHJKM there' });
  });

  it('hands the command in with its arguments, the stable user id and the channel', async () => {
    const { peer, intake } = await open();
    const use = await peer.slash({ command: 'status', options: { target: 'queue' } });
    await use.message();
    expect(intake.invocations).toEqual([
      {
        id: use.id,
        identity: { surface: 'discord', id: '910000000000000001', name: 'operator', marks: [] },
        replyTo: { surface: 'discord', place: peer.channelId },
        place: { surface: 'discord', id: peer.channelId, server: peer.guildId },
        input: { kind: 'parsed', command: 'status', args: { target: 'queue' } },
      },
    ]);
  });

  it('hands in the roles of the server, and never as an id of a person', async () => {
    const { peer, intake } = await open();
    const user = { ...operator, roles: [operatorRole] };
    await (await peer.slash({ command: 'status', user })).message();
    const asked = await (
      await peer.slash({ command: 'restart', options: { service: 'slam' }, user })
    ).message();
    peer.click(asked.id, 'yes:abc123', user);
    const decision = await eventually(() => intake.decisions[0]);
    const identity = { id: operator.id, marks: [`role:${operatorRole}`] };
    expect([...intake.invocations, decision]).toMatchObject([{ identity }, { identity }, { identity }]);
    expect(decision?.place).toEqual({ surface: 'discord', id: peer.channelId, server: peer.guildId });
  });

  it('hands in a subcommand by its whole name', async () => {
    const { peer, intake } = await open();
    await (await peer.slash({ command: 'gas status', options: { target: 'Agent-1' } })).message();
    expect(intake.invocations).toMatchObject([
      { input: { kind: 'parsed', command: 'gas status', args: { target: 'Agent-1' } } },
    ]);
  });

  it('hands in that it is only tried', async () => {
    const { peer, intake } = await open();
    const tried = { service: 'slam', 'dry-run': 'true' };
    await (await peer.slash({ command: 'restart', options: tried })).message();
    expect(intake.invocations).toMatchObject([{ dryRun: true, input: { args: { service: 'slam' } } }]);
  });

  it('offers what could stand for an option while somebody types it', async () => {
    const asked: unknown[] = [];
    const { peer } = await open({
      completer: {
        line: () => Promise.reject(new Error('not asked')),
        argument: async (typed) => {
          asked.push(typed);
          return Array.from({ length: 40 }, (_, i) => `slam-${i}`);
        },
      },
    });
    const choices = await peer.choices({ command: 'restart', option: 'service', typed: 'sl' });
    expect([choices.length, choices[0]]).toEqual([25, 'slam-0']);
    expect(asked).toMatchObject([
      { command: 'restart', argument: 'service', typed: 'sl', identity: { id: '910000000000000001' } },
    ]);
  });

  it('offers nothing rather than too late', async () => {
    const hanging = () => new Promise<never>(() => undefined);
    const { peer } = await open({ completer: { line: hanging, argument: hanging } });
    expect(await peer.choices({ command: 'restart', option: 'service', typed: 'sl' })).toEqual([]);
  });

  it('apologises with an incident when nobody foresaw the fault', async () => {
    const { peer, intake } = await open();
    intake.handle = () => Promise.reject(new TypeError('a mistake of ours'));
    const use = await peer.slash({ command: 'status' });
    expect((await use.message()).text).toContain(
      `An unexpected fault; the log has it. Incident ${correlationIdOf(use.id)}.`,
    );
  });

  it('acknowledges within 3 s although the answer takes longer', async () => {
    const { peer, intake } = await open();
    intake.answerDelayMs = 3_300;
    const use = await peer.slash({ command: 'status' });
    expect((await use.message()).text).toContain('redis');
  });

  it('shows foreign text literally and lets nobody be mentioned', async () => {
    const { peer } = await open();
    const answer = await (await peer.slash({ command: 'status' })).message();
    expect(answer.text).toContain('\\*\\*bold\\*\\* \\<@1\\>');
    const edit = peer.exchanges.find(({ path }) => path.endsWith('@original'));
    expect(edit?.requestBody).toMatchObject({ allowed_mentions: { parse: [] } });
  });

  it('follows a confirmed restart to ready in the very message of the confirmation', async () => {
    const { peer, bot, intake } = await open();
    const asked = await confirmation();
    expect(asked.buttons.map(({ customId }) => customId)).toEqual(['yes:abc123', 'no:abc123']);
    peer.click(asked.id, 'yes:abc123');
    await eventually(() => intake.decisions[0]);
    const to = { place: peer.channelId, message: asked.id };
    await bot.report(restartReport(to, ['queued', 'sent']));
    await bot.report(restartReport(to, ['queued', 'sent', 'accepted', 'ready'], 'slam is ready.'));
    const [only, ...others] = peer.messages();
    expect(others).toEqual([]);
    expect(only?.id).toBe(asked.id);
    expect(only?.text).toContain('queued → sent → accepted → **ready**\nslam is ready.');
    expect(only?.buttons).toEqual([]);
  });

  it('decides with the address of the message that has the buttons', async () => {
    const { peer, intake } = await open();
    const asked = await confirmation();
    peer.click(asked.id, 'yes:abc123');
    const decision = await eventually(() => intake.decisions[0]);
    expect(decision).toMatchObject({
      confirmationId: 'abc123',
      verdict: 'yes',
      replyTo: { surface: 'discord', place: peer.channelId, message: asked.id },
    });
  });

  it('says that it is queued, without buttons, before the first report', async () => {
    const { peer } = await open();
    const asked = await confirmation();
    const seen = await peer.click(asked.id, 'yes:abc123').message();
    expect(seen).toMatchObject({ id: asked.id, text: 'Queued.\nx1234567890', buttons: [] });
  });

  it('never puts the acknowledgement over a report that was quicker', async () => {
    const { peer, bot, intake } = await open();
    const asked = await confirmation();
    const decide = intake.decide.bind(intake);
    intake.decide = async (decision) => {
      await bot.report(
        restartReport({ place: peer.channelId, message: asked.id }, ['queued', 'ready'], 'Up.'),
      );
      return await decide(decision);
    };
    peer.click(asked.id, 'yes:abc123');
    await eventually(() => intake.decisions[0]);
    await (await peer.slash({ command: 'status' })).message();
    expect(peer.messages()[0]?.text).toContain('Up.');
  });

  it('refuses a stranger and says so', async () => {
    const { peer } = await open();
    const use = await peer.slash({ command: 'restart', options: { service: 'slam' }, user: stranger });
    expect((await use.message()).text).toBe('Only an operator may restart slam.');
  });

  it("refuses a stranger's click in private and leaves the buttons to the operator", async () => {
    const { peer } = await open();
    const asked = await confirmation();
    const told = await peer.click(asked.id, 'yes:abc123', stranger).followUp();
    expect(told).toMatchObject({ text: 'Only an operator may restart slam.', ephemeral: true });
    expect(peer.messages()[0]?.buttons).toHaveLength(2);
  });

  it('says that a question can be seen once it can, with the message that it is', async () => {
    const { peer, intake } = await open();
    const asked = await confirmation();
    await eventually(() => intake.shownIds.length === 1);
    expect([intake.shownIds, peer.messages()[0]?.id]).toEqual([['abc123'], asked.id]);
    expect(intake.invocations[0]).toMatchObject({
      replyTo: { surface: 'discord', place: peer.channelId, message: asked.id },
      shownLater: true,
    });
  });

  it('says nothing of the kind of a question that Discord did not take', async () => {
    const { peer, intake } = await open();
    peer.fail({ kind: 403, match: /^PATCH .*@original/ });
    const use = await peer.slash({ command: 'restart', options: { service: 'slam' } });
    await use.message();
    expect(intake.shownIds).toEqual([]);
  });

  it('opens a window for a name that has to be typed, and hands it in', async () => {
    const { peer, intake } = await open();
    intake.asks = { typeName: 'slam', level: 'type-name' };
    const asked = await confirmation();
    expect(asked.buttons.map(({ customId }) => customId)).toEqual(['type:abc123', 'no:abc123']);
    const seen = await peer.fill(peer.click(asked.id, 'type:abc123'), { name: ' slam ' });
    expect(await seen.message()).toMatchObject({ id: asked.id, buttons: [] });
    expect(intake.decisions).toEqual([
      expect.objectContaining({ confirmationId: 'abc123', verdict: 'yes', typed: 'slam' }),
    ]);
  });

  it('shows buttons on what waits for a second person, and takes them away at its end', async () => {
    const { peer, bot } = await open();
    const waits = { ...restartReport({ place: peer.channelId }, []), kind: 'approval' as const, seq: 0 };
    await bot.report({ ...waits, ask: { id: 'abc123', expiresAt: Date.now() + 60_000 } });
    expect(peer.messages()[0]?.buttons).toEqual([
      { label: 'Approve', customId: 'yes:abc123' },
      { label: 'Deny', customId: 'no:abc123' },
    ]);
    await bot.report({ ...waits, seq: 1, final: true, text: 'Approved by bea.' });
    expect(peer.messages()).toEqual([expect.objectContaining({ buttons: [] })]);
    expect(peer.messages()[0]?.text).toContain('Approved by bea.');
  });

  it('tells whoever approves in private when the reports go elsewhere', async () => {
    const { peer, intake } = await open();
    const asked = await confirmation();
    intake.decide = () =>
      Promise.resolve({ kind: 'accepted', correlationId: 'x1', text: 'Queued.', toldElsewhere: true });
    const told = await peer.click(asked.id, 'yes:abc123').followUp();
    expect(told).toMatchObject({ text: 'Queued.', ephemeral: true });
    expect(peer.messages()[0]?.text).toContain('Restart slam?');
  });

  it('drops a declined confirmation and takes its buttons away', async () => {
    const { peer } = await open();
    const asked = await confirmation();
    const seen = await peer.click(asked.id, 'no:abc123').message();
    expect(seen).toMatchObject({ id: asked.id, text: 'Dropped.', buttons: [] });
  });

  it('answers although Discord failed twice in between', async () => {
    const { peer } = await open();
    peer.fail({ kind: 502, match: /^PATCH .*@original/, times: 2 });
    const use = await peer.slash({ command: 'status' });
    expect((await use.message()).text).toContain('redis');
  });

  it('apologises in plain words when Discord refuses the answer', async () => {
    const { peer } = await open();
    peer.fail({ kind: 403, match: /^PATCH .*@original/ });
    const use = await peer.slash({ command: 'status' });
    expect((await use.message()).text).toBe('The chat platform refused our credentials.');
  });
});
