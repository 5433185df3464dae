// The board of the chain on Discord as people live it: one message that follows the swarm over a restart of Swarmline, until it
// is stopped.
import { expect, onTestFinished } from 'vitest';
import { createDiscordPeer, type DiscordPeer } from '../peers/discord/index.ts';
import { it } from '../support/site.ts';

const board = (discord: DiscordPeer, text: RegExp) =>
  discord.until(
    () => discord.messages().find((one) => one.text.startsWith('Chain board') && text.test(one.text)),
    30_000,
  );

it('a board follows the swarm in one message, over a kill of Swarmline, until it is stopped', async ({
  openSite,
}) => {
  const discord = await createDiscordPeer();
  onTestFinished(() => discord.close());
  const site = await openSite({ discord });
  const [first] = site.agents;
  const killed = site.up();
  await killed.says(/discord +up/);
  await first?.tell('Map the hall', 40);
  await discord.slash({ command: 'gas board' });
  const begun = await board(discord, /Agent-1\*\* ▰▰▰▰▱▱▱▱▱▱ 40 %/);
  expect(begun.files).toMatchObject([{ name: 'chain.png', type: 'image/png' }]);
  await first?.tell('Map the hall', 60);
  const edited = await board(discord, /60 %/);
  expect(edited.id).toBe(begun.id);
  expect(edited.files).toHaveLength(1);

  await killed.kill();
  await first?.tell('Map the hall', 80);
  await site.up().says(/discord +up/);
  const after = await board(discord, /80 % .*next 90 %.* → Agent-2/);
  expect(after.id).toBe(begun.id);
  expect(after.text).toMatch(/Agent-2\*\* unknown.*1 gas open/);

  await discord.slash({ command: 'gas board', options: { order: 'stop' } });
  const ended = await board(discord, /The board ends: it was stopped/);
  expect(ended.id).toBe(begun.id);
  await first?.tell('Map the hall', 95);
  await discord.until(() => discord.messages().find(({ text }) => /90 % gas/.test(text)));
  expect(discord.messages().filter(({ text }) => text.startsWith('Chain board'))).toMatchObject([
    { id: begun.id, text: ended.text },
  ]);
});
