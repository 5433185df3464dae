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

/** What was said, in its order, and by whom. */
class Transcript {
  readonly #lines: string[] = [];

  add(who: string, text: string): void {
    this.#lines.push(...text.split('\n').map((line, i) => `${(i === 0 ? who : '').padEnd(20)}${line}`));
  }

  text(title: string): string {
    return [title, ...this.#lines.map((line) => `  ${line}`)].join('\n');
  }
}

/** What a reader of the transcript has to find, from top to bottom. The record and its refusals come newest first. */
const whatIsRead = (service: string): readonly RegExp[] => [
  /Ann on Twitch +!restart/,
  /Swarmline, Twitch +@ann .*needs a second person/,
  /Swarmline, Discord +Second person for restart/,
  /ann \(twitch\) asks: Restart .*needs a second person/,
  /stranger, Discord +\[Approve\]/,
  /Not for stranger to decide/,
  /Ann on Discord +\[Approve\]/,
  /somebody else has to approve it/,
  /kill -9/,
  /Bea on Discord +\[Approve\]/,
  /Swarmline, Discord +Order taken/,
  /Approved by bea at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/,
  /Swarmline, Twitch +@ann .*ready — .*incarnation [0-9a-f]{8} → [0-9a-f]{8}/,
  /6 lines of the record/,
  /#6 ann .*: ended, ready with bea/,
  /#5 ann .*: executing, allowed with bea/,
  /#4 bea .*: decided, approved with bea/,
  /#3 ann \(discord:\d+\) +.*: refused, denied — .*somebody else has to approve it/,
  /#2 discord:910000000000000002 +.*: refused, denied — Not for stranger to decide/,
  /#1 ann \(twitch:42\) +.*: asked, allowed/,
  /discord:910000000000000002 may not use `restart .*: the gate `grant` blocks/,
  new RegExp(`grant +closed: it needs the permission \`service\\.restart:${service}\``),
  /stranger, Discord +\/why me restart/,
  /You may not use/,
];

/** The first pattern that is not found behind the ones before it. */
function firstMissing(text: string, patterns: readonly RegExp[]): RegExp | null {
  let rest = text;
  for (const pattern of patterns) {
    const found = pattern.exec(rest);
    if (!found) return pattern;
    rest = rest.slice(found.index + found[0].length);
  }
  return null;
}

/** The message in the channel that shows buttons for a second person. */
function requestOnDiscord({ discord }: Scene): Promise<SeenMessage> {
  return discord.until(
    () => discord.messages().find(({ text, buttons }) => /asks: Restart/.test(text) && buttons.length === 2),
    20_000,
  );
}

const withButtons = ({ discord }: Scene) => discord.messages().filter(({ buttons }) => buttons.length > 0);

/** What the CLI prints for a line of chat. */
async function printed({ site }: Scene, line: string): Promise<string> {
  const { end, stdout, stderr } = await site.cli('run', line);
  expect({ end, stderr }).toEqual({ end: 0, stderr: '' });
  return stdout.trimEnd();
}

/** The record of the restart, once its end stands there. */
async function recordOf(scene: Scene): Promise<{ readonly line: string; readonly text: string }> {
  const line = 'audit command=restart';
  const text = await eventually(() => printed(scene, line), {
    accept: (all) => all.includes('ended, ready'),
  });
  return { line, text };
}

function yesOf({ buttons }: SeenMessage): string {
  return buttons.find(({ label }) => label === 'Approve')?.customId ?? '';
}

describe('a restart that needs two persons', () => {
  it('is asked on Twitch and approved on Discord, across a kill -9 between the two', async ({ openSite }) => {
    const said = new Transcript();
    const scene = await openScene(openSite, countingProgram, twoPersons());
    const { discord, service, site } = scene;
    const platform = await site.up().ready();
    await sayOnTwitch(scene, ann, `!restart ${service}`);
    said.add('Ann on Twitch', `!restart ${service}`);
    said.add('Swarmline, Twitch', await heardOnTwitch(scene, /needs a second person/));
    const request = await requestOnDiscord(scene);
    said.add('Swarmline, Discord', `${request.text}\n[Approve] [Deny]`);

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
    await eventually(() => discord.gateway.connected === 1);
    const told = discord.click(request.id, yesOf(request), bea);
    said.add('Bea on Discord', '[Approve]');
    said.add('Swarmline, Discord', (await told.followUp()).text);
    const end = await discord.until(
      () => discord.messages().find(({ id, text }) => id === request.id && text.includes('Approved by bea')),
      20_000,
    );
    said.add('Swarmline, Discord', end.text);
    const ready = await heardOnTwitch(scene, /ready —/);
    said.add('Swarmline, Twitch', ready);
    expect(ready).toMatch(/^@ann .*incarnation [0-9a-f]{8} → [0-9a-f]{8}/);
    expect([await scene.starts(), withButtons(scene)]).toEqual([2, []]);

    const record = await recordOf(scene);
    said.add('owner, CLI', `swarmline run "${record.line}"`);
    said.add('Swarmline, CLI', record.text);
    const why = `why discord:${stranger.id} restart ${service}`;
    said.add('owner, CLI', `swarmline run "${why}"`);
    said.add('Swarmline, CLI', await printed(scene, why));
    const own = { command: 'why me', options: { command: `restart ${service}` }, user: stranger };
    said.add('stranger, Discord', `/why me restart ${service}`);
    said.add('Swarmline, Discord', (await (await discord.slash(own)).message()).text);

    const text = said.text('One restart that needed two persons');
    process.stdout.write(`\n${text}\n\n`);
    expect(firstMissing(text, whatIsRead(service))).toBeNull();
  });

  it('is followed from the CLI until somebody has approved it', async ({ openSite }) => {
    const scene = await openScene(openSite, countingProgram, twoPersons());
    const { site, service, discord } = scene;
    await site.up().ready();
    const command = site.start('run', `restart ${service}`, '--json');
    const request = await requestOnDiscord(scene);
    discord.click(request.id, yesOf(request), bea);
    expect(await command.ended).toBe(0);
    expect(JSON.parse(command.stdout)).toMatchObject({ kind: 'result', state: 'ready' });
  });

  it('that nobody approved is over for the CLI too, with a status that says so', async ({ openSite }) => {
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

  it('leaves no button anywhere when it runs out while the platform is down', async ({ openSite, redis }) => {
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
    await eventually(() => withButtons(scene).length === 0);
    const shown = discord.messages().filter(({ id }) => id === request.id || id === own.id);
    expect(shown.map(({ text }) => /Expired: nobody decided in time/.test(text))).toEqual([true, true]);
    expect(await heardOnTwitch(scene, /Expired: nobody decided/)).toMatch(/^@ann /);
    expect(await scene.starts()).toBe(1);
  });
});
