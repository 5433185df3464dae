// What people order of agents and of gas, from the word to the inbox and back, over the CLI and the real platform.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { z } from 'zod';
import type { AgentFiles, Letter } from '../support/agent-files.ts';
import { eventually, it, type Site } from '../support/site.ts';

describe('message', () => {
  it('lies in the inbox, and is told accepted when the agent takes it', async ({ openSite }) => {
    const site = await openSite();
    const second = agentOf(site, 2);
    await site.up().ready();
    const told = site.run('message Agent-2 "look at the hall first"', '--yes');
    const letter = await letterOf(second);
    expect(letter.from).toBe('person:cli:local');
    expect(await readFile(join(second.inbox, letter.name), 'utf8')).toContain('\nlook at the hall first\n');
    await second.accept(letter);
    const { end, json } = await told;
    expect({ end, state: json.state, text: json.text }).toEqual({
      end: 0,
      state: 'accepted',
      text: 'Agent-2 accepted the message of cli:local',
    });
  });

  it('to an agent that is not there is refused at once, with a guess', async ({ openSite }) => {
    const site = await openSite();
    await site.up().ready();
    const { end, json } = await site.run('message Agnet-2 hello', '--yes');
    expect({ end, code: json.code }).toEqual({ end: 2, code: 'bad-argument' });
    expect(json.text).toContain('Did you mean `Agent-2`?');
  });

  it('to all is told with counts', async ({ openSite }) => {
    const site = await openSite({ agents: 3 });
    await site.up().ready();
    const told = site.run('broadcast "stop at the next commit"', '--yes');
    for (const agent of site.agents) await agent.accept(await letterOf(agent));
    const { end, json } = await told;
    expect({ end, state: json.state, text: json.text }).toEqual({
      end: 0,
      state: 'accepted',
      text: 'broadcast: 3 of 3 sent, 3 acknowledged',
    });
  });

  it('that is asked for twice under one key is one letter', async ({ openSite }) => {
    const site = await openSite();
    await site.up().ready();
    const post = await poster(site);
    const send = async () => {
      const reply = await post('/v1/run', { line: 'message Agent-2 hello' }, 'one-key');
      if (reply.kind !== 'confirm') return reply;
      return post(`/v1/confirmations/${reply.confirmationId}`, { verdict: 'yes' });
    };
    const [first, second] = [await send(), await send()];
    expect(second).toEqual(first);
    await letterOf(agentOf(site, 2));
    // whatever the second had ordered would lie there before this one
    const last = site.run('message Agent-1 done', '--yes');
    await agentOf(site, 1).accept(await letterOf(agentOf(site, 1)));
    expect((await last).json.state).toBe('accepted');
    expect(await agentOf(site, 2).all()).toHaveLength(1);
  });
});

describe('pause', () => {
  it('holds what is crossed, over kill -9, and resume sends it once', async ({ openSite }) => {
    const site = await openSite();
    const [first, second] = [agentOf(site, 1), agentOf(site, 2)];
    const platform = await site.up().ready();
    await first.tell('Map the hall', 40);
    const paused = await site.cli('gas', 'pause', 'Agent-1', '--yes');
    expect(paused).toMatchObject({ end: 0, stdout: expect.stringContaining('Agent-1 paused') });
    await first.tell('Map the hall', 80);
    await isHeld(site, 75);
    await platform.kill();
    await first.tell('Map the hall', 92);
    await site.up().ready();
    await isHeld(site, 90);
    expect(await second.all()).toEqual([]);
    const resumed = await site.cli('gas', 'resume', 'Agent-1', '--yes');
    expect(resumed).toMatchObject({ end: 0, stdout: expect.stringContaining('2 held and now sent') });
    await eventually(() => second.letters(), { accept: ({ length }) => length === 2 });
    await first.tell('Map the hall', 100);
    await eventually(() => second.letters(), { accept: ({ length }) => length > 2 });
    expect((await second.all()).map(({ checkpoint }) => checkpoint).sort((a, b) => a - b)).toEqual([
      75, 90, 100,
    ]);
  });
});

describe('reassign', () => {
  it('takes unaccepted gas from one agent and gives it to another', async ({ openSite }) => {
    const site = await openSite({ agents: 3 });
    const [first, second, third] = [agentOf(site, 1), agentOf(site, 2), agentOf(site, 3)];
    await site.up().ready();
    await first.tell('Map the hall', 80);
    const { id } = await letterOf(second);
    const told = site.run(`gas reassign ${id.slice(0, 8)} Agent-3`, '--yes');
    const letter = await letterOf(third);
    expect(await readFile(join(third.inbox, letter.name), 'utf8')).toContain(`\nreplaces: "${id}"\n`);
    expect(await second.all()).toEqual([]);
    await third.accept(letter);
    expect((await told).json).toMatchObject({ state: 'accepted' });
    expect(await statesOf(site)).toEqual(['accepted', 'rerouted']);
  });
});

describe('send', () => {
  it('brings the next gas now, and its checkpoint does not bring it again', async ({ openSite }) => {
    const site = await openSite();
    const [first, second] = [agentOf(site, 1), agentOf(site, 2)];
    await site.up().ready();
    await first.tell('Map the hall', 40);
    await eventually(async () => (await site.run('agent Agent-1')).json.answer.data.agent.percent === 40);
    const told = site.cli('gas', 'send', '--yes', 'Agent-2', 'take', 'the', 'stairs');
    const letter = await letterOf(second);
    expect(await readFile(join(second.inbox, letter.name), 'utf8')).toContain('\ntake the stairs\n');
    await second.accept(letter);
    expect((await told).end).toBe(0);
    await first.tell('Map the hall', 92);
    expect(await letterOf(second)).toMatchObject({ checkpoint: 90 });
    expect(await second.all()).toHaveLength(2);
  });
});

function agentOf(site: Site, number: number): AgentFiles {
  const agent = site.agents[number - 1];
  if (!agent) throw new Error(`no Agent-${number}`);
  return agent;
}

/** The first letter that lies in an inbox; waits for one. */
async function letterOf(agent: AgentFiles): Promise<Letter> {
  const [letter] = await eventually(() => agent.letters(), { accept: ({ length }) => length > 0 });
  if (!letter) throw new Error('no letter');
  return letter;
}

interface Told {
  readonly state: string;
  readonly gas: { readonly checkpoint: number };
}

async function deliveriesOf(site: Site): Promise<readonly Told[]> {
  return (await site.run('gas status')).json.answer.data.deliveries;
}

/** Newest first. */
async function statesOf(site: Site): Promise<string[]> {
  return (await deliveriesOf(site)).map(({ state }) => state);
}

async function isHeld(site: Site, checkpoint: number): Promise<void> {
  await eventually(async () =>
    (await deliveriesOf(site)).some(({ state, gas }) => state === 'held' && gas.checkpoint === checkpoint),
  );
}

/** POSTs as the CLI does, under a key of the test's choice. */
async function poster(site: Site) {
  const token = (await readFile(join(site.home, 'api-token'), 'utf8')).trim();
  return async (path: string, body: object, key?: string) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    };
    const response = await fetch(`http://127.0.0.1:${site.port}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return replySchema.parse(await response.json());
  };
}

const replySchema = z.looseObject({ kind: z.string(), confirmationId: z.string().optional() });
