// A restart that needs two persons: asked on one surface, approved on another, with a kill -9 between. What people read is
// printed, as the transcript of one such restart.
import { describe, expect } from 'vitest';
import type { DiscordPeer, SeenMessage } from '../peers/discord/index.ts';
import { operator, stranger } from '../peers/discord/index.ts';
import { countingProgram } from '../support/programs.ts';
import { ann, bea, eventually, it, type SiteOptions } from '../support/site.ts';
import { heardOnTwitch, openScene, type Scene, sayOnTwitch } from './scene.ts';

const twoPersons =
  (expireMs = 600_000) =>
  ({ channelId }: DiscordPeer): SiteOptions => ({
    dangers: { 'service.restart:*': 'two-persons' },
    approvals: { places: [`discord:${channelId}`], expireMs },
  });

/** What was said, in its order. */
class Transcript {
  readonly #lines: string[] = [];

  add(who: string, text: string): void {
    this.#lines.push(`${who.padEnd(18)} ${text.replaceAll('\n', ' / ')}`);
  }

  print(title: string): void {
    process.stdout.write(`\n${title}\n${this.#lines.map((line) => `  ${line}\n`).join('')}\n`);
  }
}

/** The message in the channel that shows buttons for a second person. */
function requestOnDiscord({ discord }: Scene): Promise<SeenMessage> {
  return discord.until(
    () => discord.messages().find(({ text, buttons }) => /asks: Restart/.test(text) && buttons.length === 2),
    20_000,
  );
}

const withButtons = ({ discord }: Scene) => discord.messages().filter(({ buttons }) => buttons.length > 0);

function yesOf({ buttons }: SeenMessage): string {
  return buttons.find(({ label }) => label === 'Approve')?.customId ?? '';
}

describe('a restart that needs two persons', () => {
  it('is asked on Twitch and approved on Discord, across a kill -9 between the two', {
    timeout: 90_000,
  }, async ({ openSite }) => {
    const said = new Transcript();
    const scene = await openScene(openSite, countingProgram, twoPersons());
    const { discord, service, site } = scene;
    const platform = await site.up().ready();
    await sayOnTwitch(scene, ann, `!restart ${service}`);
    said.add('Ann on Twitch', `!restart ${service}`);
    said.add('Swarmline, Twitch', await heardOnTwitch(scene, /needs a second person/));
    const request = await requestOnDiscord(scene);
    said.add('Swarmline, Discord', `${request.text} [Approve] [Deny]`);

    const foreign = await discord.click(request.id, yesOf(request), stranger).followUp();
    said.add('stranger, Discord', '[Approve]');
    said.add('Swarmline, Discord', foreign.text);
    expect(foreign.text).toContain('Not for stranger to decide');
    const self = await discord.click(request.id, yesOf(request), operator).followUp();
    said.add('Ann on Discord', '[Approve]');
    said.add('Swarmline, Discord', self.text);
    expect(self.text).toContain('somebody else has to approve it');

    await platform.kill();
    said.add('—', 'kill -9 of the platform, and its start');
    await site.up().ready();
    await eventually(() => discord.gateway.connected === 1, { timeoutMs: 20_000 });
    const told = discord.click(request.id, yesOf(request), bea);
    said.add('Bea on Discord', '[Approve]');
    said.add('Swarmline, Discord', (await told.followUp(20_000)).text);
    const end = await discord.until(
      () => discord.messages().find(({ id, text }) => id === request.id && text.includes('Approved by bea')),
      20_000,
    );
    said.add('Swarmline, Discord', end.text);
    const ready = await heardOnTwitch(scene, /ready —/, 30_000);
    said.add('Swarmline, Twitch', ready);
    expect(ready).toMatch(/^@ann .*incarnation [0-9a-f]{8} → [0-9a-f]{8}/);
    expect([await scene.starts(), withButtons(scene)]).toEqual([2, []]);
    said.print('One restart that needed two persons');
  });

  it('is followed from the CLI until somebody has approved it', { timeout: 60_000 }, async ({ openSite }) => {
    const scene = await openScene(openSite, countingProgram, twoPersons());
    const { site, service, discord } = scene;
    await site.up().ready();
    const command = site.start('run', `restart ${service}`, '--json');
    const request = await requestOnDiscord(scene);
    discord.click(request.id, yesOf(request), bea);
    expect(await command.ended).toBe(0);
    expect(JSON.parse(command.stdout)).toMatchObject({ kind: 'result', state: 'ready' });
  });

  it('that nobody approved is over for the CLI too, with a status that says so', { timeout: 60_000 }, async ({
    openSite,
  }) => {
    const scene = await openScene(openSite, countingProgram, twoPersons());
    const { site, service, discord } = scene;
    await site.up().ready();
    const command = site.start('run', `restart ${service}`, '--json');
    const request = await requestOnDiscord(scene);
    discord.click(request.id, request.buttons.find(({ label }) => label === 'Deny')?.customId ?? '', bea);
    expect(await command.ended).toBe(1);
    expect(JSON.parse(command.stdout)).toMatchObject({
      state: 'failed',
      text: expect.stringContaining('Declined by bea'),
    });
    expect(await scene.starts()).toBe(1);
  });

  it('leaves no button anywhere when it runs out while the platform is down', { timeout: 60_000 }, async ({
    openSite,
    redis,
  }) => {
    const scene = await openScene(openSite, countingProgram, twoPersons(3_000));
    const { site, service, discord } = scene;
    const platform = await site.up().ready();
    await sayOnTwitch(scene, ann, `!restart ${service}`);
    const request = await requestOnDiscord(scene);
    // Asked on Discord as well: that message has buttons of its own.
    const own = await (await discord.slash({ command: 'restart', options: { service } })).message();
    // Killed before that is noted, it would count as never shown, and wait for its two minutes.
    const key = `${site.prefix}:approval:${yesOf(own).replace('yes:', '')}`;
    await eventually(async () => Boolean(await redis.hget(key, 'shownAt')));
    await platform.kill();
    await site.up().ready();
    await eventually(() => withButtons(scene).length === 0, { timeoutMs: 30_000 });
    const shown = discord.messages().filter(({ id }) => id === request.id || id === own.id);
    expect(shown.map(({ text }) => /Expired: nobody decided in time/.test(text))).toEqual([true, true]);
    expect(await heardOnTwitch(scene, /Expired: nobody decided/)).toMatch(/^@ann /);
    expect(await scene.starts()).toBe(1);
  });
});
