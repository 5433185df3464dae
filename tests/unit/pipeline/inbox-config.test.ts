// What may stand for the inbox of an agent, and what is said of what may not.
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/app/config.ts';
import { mergeLayers } from '../../../src/core/config/load.ts';

function inboxOf(inbox: unknown) {
  const values = { pipeline: { agents: [{ id: 'A', statusFile: 's', inbox }] } };
  return mergeLayers(configSchema, [{ origin: 'test', values }]).pipeline.agents[0]?.inbox;
}

describe('the inbox of an agent', () => {
  it('may be a path alone, as ever', () => {
    expect(inboxOf('agents/A/inbox')).toEqual({ kind: 'file', path: 'agents/A/inbox' });
  });

  it('may be a pane, with what is left out as its guide says', () => {
    expect(inboxOf({ kind: 'tmux', pane: 'swarm:1.0' })).toEqual({
      ...{ kind: 'tmux', pane: 'swarm:1.0', submit: ['Enter'] },
      ...{ allowShell: false, quietMs: 750 },
    });
  });

  it.each([
    [5, /agents\.0\.inbox: expected the path of a folder, or a kind/],
    [{ kind: 'webhok' }, /agents\.0\.inbox: expected the path of a folder, or a kind/],
    [{ kind: 'tmux', pane: 'swarm' }, /inbox\.pane: expected session:window\.pane such as swarm:1\.0, or %3/],
    [{ kind: 'tmux', pane: 'a:1.0', prompt: '(' }, /inbox\.prompt: expected a regular expression/],
    [{ kind: 'tmux', pane: 'a:1.0', sockt: 'x' }, /inbox\.sockt: there is no such key/],
    [
      { kind: 'webhook', url: 'http://agent.example/', secretFile: 'x' },
      /inbox\.url: expected https, or http on this machine/,
    ],
    [
      { kind: 'webhook', url: 'https://user:s3cret@agent.example/', secretFile: 'x' },
      /inbox\.url: expected a URL without user and password, (?!.*s3cret)/,
    ],
  ])('is refused as %j, with its place and the mend', (inbox, said) => {
    expect(() => inboxOf(inbox)).toThrow(said);
  });
});
