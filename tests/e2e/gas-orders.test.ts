// The orders about gas and about agents that do not get on, from both chats over the real platform: what cannot be undone is
// asked back, what comes of it is told where it was asked, and no agent's own file is written.
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import type { AgentFiles } from '../support/agent-files.ts';
import { ann, eventually, it } from '../support/site.ts';
import { openScene, type Scene, sayOnTwitch, shows } from './scene.ts';

type Options = Readonly<Record<string, string>>;

/** What an order is asked back before it is done; null: nothing, since the opposite order undoes it. */
type Asked = 'yes' | { readonly name: string } | null;

/** Gives an order, answers what it is asked, and resolves when what came of it is told there. */
type Give = (command: string, options: Options, asked: Asked, told: RegExp) => Promise<unknown>;

function onDiscord(scene: Scene): Give {
  const { discord } = scene;
  return async (command, options, asked, told) => {
    const answer = await (await discord.slash({ command, options })).message();
    const [button] = answer.buttons;
    expect(button !== undefined, answer.text).toBe(asked !== null);
    if (button) {
      const click = discord.click(answer.id, button.customId);
      if (typeof asked === 'object' && asked) await discord.fill(click, asked);
    }
    return shows(scene, answer.id, told);
  };
}

function onTwitch(scene: Scene): Give {
  const lines = () => scene.twitch.sent('swarm');
  return async (command, options, asked, told) => {
    const before = lines().length;
    const hear = async (text: RegExp) => {
      const since = () => lines().slice(before);
      const accept = (said: readonly string[]) => said.some((line) => text.test(line));
      return (await eventually(since, { accept })).find((line) => text.test(line)) ?? '';
    };
    await sayOnTwitch(scene, ann, `!${[command, ...Object.values(options)].join(' ')}`);
    if (asked !== null) {
      const [, id] = /!yes (\w+)/.exec(await hear(/!yes \w+/)) ?? [];
      await sayOnTwitch(scene, ann, asked === 'yes' ? `!yes ${id}` : `!yes ${id} ${asked.name}`);
    }
    return hear(told);
  };
}

/** Twitch tells an end and no step on the way; that it was carried out is seen in the inbox. */
const taken = /Order taken|sent/;

const checkpointsIn = async (agent: AgentFiles) => (await agent.all()).map(({ checkpoint }) => checkpoint);

it.for([
  ['Discord', onDiscord],
  ['Twitch', onTwitch],
] as const)(
  'H13 U4 on %s what cannot be undone is asked back, each order is done and told, and no status is written',
  async ([, give], { openSite }) => {
    const scene = await openScene(openSite, undefined, () => ({ agents: 3 }));
    const [first, second, third] = scene.site.agents;
    if (!first || !second || !third) throw new Error('a scene of three agents');
    await scene.site.up().ready();
    const order = give(scene);
    const lies = (agent: AgentFiles, checkpoint: number) =>
      eventually(async () => (await agent.letters()).find((one) => one.checkpoint === checkpoint));
    for (const agent of [second, third]) await agent.tell('Wait', 1);
    await first.tell('Map the hall', 40);
    const states = await Promise.all([second, third].map(({ statusFile }) => readFile(statusFile, 'utf8')));
    const percent = async () => (await scene.site.run('agent Agent-1')).json.answer.data.agent.percent;
    await eventually(async () => (await percent()) === 40);

    await order('gas skip', { agent: 'Agent-1', checkpoint: '75' }, 'yes', /does not go to Agent-2/);
    await order('gas pause', { agent: 'Agent-1' }, null, /Agent-1 paused/);
    await first.tell('Map the hall', 92);
    await eventually(async () => (await percent()) === 92);
    expect(await second.all()).toEqual([]);
    await order('gas resume', { agent: 'Agent-1' }, 'yes', /1 held and now sent/);
    const held = await lies(second, 90);
    await order('gas reassign', { delivery: held?.id ?? '', agent: 'Agent-3' }, 'yes', taken);
    await lies(third, 90);
    await order('gas send', { agent: 'Agent-2' }, 'yes', taken);
    await lies(second, 100);
    expect([await checkpointsIn(second), await checkpointsIn(third)]).toEqual([[100], [90]]);

    await order('onboard hard', { agent: 'Agent-3' }, { name: 'Agent-3' }, taken);
    const texts = async () =>
      Promise.all((await third.letters()).map(({ name }) => readFile(`${third.inbox}/${name}`, 'utf8')));
    await eventually(async () => (await texts()).join('\n').includes('Stop your present task now'));
    expect(await Promise.all([second, third].map(({ statusFile }) => readFile(statusFile, 'utf8')))).toEqual(
      states,
    );
  },
);
