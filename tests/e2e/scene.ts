// The two flows as people live them: chat stand-ins, a site with two agents and one service, and the steps of flow A and
// flow B. Which processes run it is the test's choice; the steps and what people read are the same.
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { createDiscordPeer, type DiscordPeer, type SeenMessage } from '../peers/discord/index.ts';
import { createTwitchPeer, type TwitchPeer } from '../peers/twitch/index.ts';
import type { Letter } from '../support/agent-files.ts';
import { countingProgram, startsOf } from '../support/programs.ts';
import { ann, eventually, type Site, type SiteOptions } from '../support/site.ts';

export interface Scene {
  readonly site: Site;
  readonly discord: DiscordPeer;
  readonly twitch: TwitchPeer;
  /** The service with a sidecar. */
  readonly service: string;
  /** How often its program was started. */
  starts(): Promise<number>;
}

/** Opens all but the platform. */
export async function openScene(
  openSite: (options: SiteOptions) => Promise<Site>,
  program: (file: string) => readonly string[] = countingProgram,
  options: (discord: DiscordPeer) => SiteOptions = () => ({}),
): Promise<Scene> {
  const discord = await createDiscordPeer();
  onTestFinished(() => discord.close());
  const twitch = await createTwitchPeer();
  onTestFinished(() => twitch.close());
  const site = await openSite({ discord, twitch, ...options(discord) });
  const service = site.named('slam');
  const file = join(site.dir, 'starts');
  await site.sidecar(service, program(file));
  return { site, discord, twitch, service, starts: () => startsOf(file) };
}

/** Types `/restart` on Discord and clicks yes; resolves to the message with the button, after the click. */
export async function orderOnDiscord({ discord, service }: Scene): Promise<string> {
  const asked = await (await discord.slash({ command: 'restart', options: { service } })).message();
  const yes = asked.buttons.find(({ label }) => label.startsWith('Yes'))?.customId ?? '';
  discord.click(asked.id, yes);
  return asked.id;
}

/** Waits until a message on Discord shows this. */
export function shows({ discord }: Scene, id: string, text: RegExp): Promise<SeenMessage> {
  return discord.until(() =>
    discord.messages().find((message) => message.id === id && text.test(message.text)),
  );
}

/** What the bot said on Twitch that matches; waits for it. */
export function heardOnTwitch({ twitch }: Scene, text: RegExp): Promise<string> {
  return eventually(() => twitch.sent('swarm').find((line) => text.test(line)) ?? '');
}

/** Says something on Twitch, once the bot is there to hear it. */
export async function sayOnTwitch({ twitch }: Scene, viewer: typeof ann | typeof mallory, text: string) {
  await eventually(() => twitch.joined('swarm').includes('swarmbot'));
  twitch.say('swarm', { ...viewer, text });
}

export const mallory = { userId: '666', login: 'mallory', name: 'Mallory' } as const;

/** Flow A on Discord: ask, confirm, follow, to the end in the same message. */
export async function restartFromDiscord(scene: Scene): Promise<void> {
  const id = await orderOnDiscord(scene);
  const end = await shows(scene, id, /\*\*ready\*\*/);
  expect(end.text).toMatch(/queued → sent → accepted → stopping → starting → \*\*ready\*\*/);
  const [, before, after] = /incarnation (\w+) → (\w+) in [\d.]+ s/.exec(end.text) ?? [];
  expect(before).toMatch(/^[0-9a-f]{8}$/);
  expect(after).toMatch(/^[0-9a-f]{8}$/);
  expect(after).not.toBe(before);
  expect(end.buttons).toEqual([]);
  expect(await scene.starts()).toBe(2);
}

/** Flow A on Twitch: ask, say yes, hear how it ended. */
export async function restartFromTwitch(scene: Scene): Promise<void> {
  await sayOnTwitch(scene, ann, `!restart ${scene.service}`);
  const asked = await heardOnTwitch(scene, /!yes \w+/);
  const [, id] = /!yes (\w+)/.exec(asked) ?? [];
  await sayOnTwitch(scene, ann, `!yes ${id}`);
  const end = await heardOnTwitch(scene, /ready —/);
  expect(end).toMatch(/@ann .*incarnation [0-9a-f]{8} → [0-9a-f]{8} in [\d.]+ s/);
  expect(await scene.starts()).toBe(2);
}

/** Flow B up to the inbox: the first agent crosses 75 %, and its gas lies before the second. */
export async function handOver({ site }: Scene): Promise<Letter> {
  const [first, second] = site.agents;
  if (!first || !second) throw new Error('a scene has two agents');
  await first.tell('Map the hall', 50);
  await first.tell('Map the hall', 80);
  const [letter] = await eventually(() => second.letters(), { accept: (letters) => letters.length > 0 });
  if (!letter) throw new Error('no letter');
  expect(letter).toMatchObject({ from: 'Agent-1', mission: 'Map the hall', checkpoint: 75 });
  return letter;
}

/** Flow B to its end: the second agent accepts, and the channel on Discord says so. */
export async function acceptAndTell(scene: Scene, letter: Letter): Promise<void> {
  await scene.site.agents[1]?.accept(letter);
  await isToldAccepted(scene);
}

export async function isToldAccepted({ discord }: Scene): Promise<void> {
  const told = await discord.until(
    () => discord.messages().find(({ text }) => text.includes('**accepted**')),
    20_000,
  );
  expect(told.text).toMatch(/Agent-2 accepted the 75 % gas of Agent-1/);
}
