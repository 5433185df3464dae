// Flows A and B of docs/architecture.md over the chat stand-ins, with everything in one process.
import { describe, expect } from 'vitest';
import { stranger } from '../peers/discord/index.ts';
import { eventually, it } from '../support/site.ts';
import {
  acceptAndTell,
  handOver,
  heardOnTwitch,
  isToldAccepted,
  mallory,
  openScene,
  orderOnDiscord,
  restartFromDiscord,
  restartFromTwitch,
  sayOnTwitch,
  shows,
} from './scene.ts';

describe('flow A, a command', () => {
  it('restarts a service from Discord and shows the new incarnation in the message that asked', async ({
    openSite,
  }) => {
    const scene = await openScene(openSite);
    await scene.site.up().ready();
    await restartFromDiscord(scene);
  });

  it('is one restart when the button is clicked twice', async ({ openSite }) => {
    const scene = await openScene(openSite);
    await scene.site.up().ready();
    const { discord, service } = scene;
    const asked = await (await discord.slash({ command: 'restart', options: { service } })).message();
    const yes = asked.buttons[0]?.customId ?? '';
    discord.click(asked.id, yes);
    discord.click(asked.id, yes);
    await shows(scene, asked.id, /\*\*ready\*\*/);
    // whatever the second click had ordered would be through before this one
    const id = await orderOnDiscord(scene);
    await shows(scene, id, /\*\*ready\*\*/);
    expect(await scene.starts()).toBe(3);
  });

  it('answers /status on Discord with the age of each link and service', async ({ openSite }) => {
    const scene = await openScene(openSite);
    await scene.site.up().ready();
    const ask = async () => (await (await scene.discord.slash({ command: 'status' })).message()).text;
    const text = await eventually(ask, { accept: (answer) => answer.includes('1 ready') });
    expect(text).toMatch(/redis(@\d+)?\*\* up.* \(\d+ s ago\)/);
    expect(text).toMatch(/services\*\* .*\(\d+ s ago\)/);
  });

  it("refuses a stranger's /restart and says so", async ({ openSite }) => {
    const scene = await openScene(openSite);
    await scene.site.up().ready();
    const use = await scene.discord.slash({
      command: 'restart',
      options: { service: scene.service },
      user: stranger,
    });
    const answer = await use.message();
    expect(answer.text).toMatch(/Not allowed for stranger.*service\\?\.restart/);
    expect(answer.buttons).toEqual([]);
  });

  it('answers !status on Twitch to the one who asked', async ({ openSite }) => {
    const scene = await openScene(openSite);
    await scene.site.up().ready();
    await sayOnTwitch(scene, mallory, '!status');
    expect(await heardOnTwitch(scene, /Swarmline is/)).toMatch(/^@mallory .*redis(@\d+)?: up/);
  });

  it('restarts a service from Twitch and tells how it ended', async ({ openSite }) => {
    const scene = await openScene(openSite);
    await scene.site.up().ready();
    await restartFromTwitch(scene);
  });

  it("refuses a stranger's !restart on Twitch and says so", async ({ openSite }) => {
    const scene = await openScene(openSite);
    await scene.site.up().ready();
    await sayOnTwitch(scene, mallory, `!restart ${scene.service}`);
    expect(await heardOnTwitch(scene, /Not allowed/)).toContain('@mallory');
  });
});

describe('flow B, gas', () => {
  it('lays gas into the next inbox, and tells Discord and the console when it is accepted', async ({
    openSite,
  }) => {
    const scene = await openScene(openSite);
    const platform = await scene.site.up().ready();
    await acceptAndTell(scene, await handOver(scene));
    await platform.says(/^gas: accepted +Agent-2 accepted the 75 % gas of Agent-1/m);
  });

  it('takes `swarmline agent ack` for the same acknowledgement', async ({ openSite }) => {
    const scene = await openScene(openSite);
    const platform = await scene.site.up().ready();
    const { id } = await handOver(scene);
    const { end, stdout } = await scene.site.cli('agent', 'ack', id);
    expect({ end, stdout }).toEqual({ end: 0, stdout: `${id}: accepted\n` });
    await isToldAccepted(scene);
    await platform.says(/^gas: accepted +Agent-2 accepted the 75 % gas of Agent-1/m);
  });
});
