// What people order of agents and of gas, from the word to the inbox and back, over the CLI and the real platform.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { eventually, it, type Site } from '../support/site.ts';

describe('message', () => {
  it('lies in the inbox, and is told accepted when the agent takes it', async ({ openSite }) => {
    const site = await openSite();
    await site.up().ready();
    const told = site.run('message Agent-2 "look at the hall first"', '--yes');
    const letter = await onlyLetter(site, 1);
    expect(letter.from).toBe('person:cli:local');
    expect(await readFile(join(agentOf(site, 1).inbox, letter.name), 'utf8')).toContain(
      'look at the hall first',
    );
    await agentOf(site, 1).accept(letter);
    const { end, json } = await told;
    expect({ end, state: json.state, text: json.text }).toEqual({
      end: 0,
      state: 'accepted',
      text: 'Agent-2 accepted the message of cli:local',
    });
  });
});

function agentOf(site: Site, at: number) {
  const agent = site.agents[at];
  if (!agent) throw new Error(`no agent ${at}`);
  return agent;
}

async function onlyLetter(site: Site, at: number) {
  const [letter] = await eventually(() => agentOf(site, at).letters(), {
    accept: ({ length }) => length > 0,
  });
  if (!letter) throw new Error('no letter');
  return letter;
}
