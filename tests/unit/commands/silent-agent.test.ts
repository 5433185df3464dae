// What `agent` says of one whose silence has gone so far that others may take its gas.
import { describe, expect, it } from 'vitest';
import { agent, ago, told } from './ports.ts';

describe('agent', () => {
  it.each([
    [{ given: 2 }, '; 2 pieces of its unaccepted gas went to others'],
    [{ offered: 1 }, '; 1 piece of its unaccepted gas can go to others, see `alerts`'],
    [{}, '; none of its unaccepted gas is offered to another'],
  ])('says how much of the gas of a silent one others get: %j', async (gas, said) => {
    const { watch } = agent('Agent-1');
    const silent = agent('Agent-1', {
      watch: { ...watch, silentSince: ago(4_000), tier: 'reassign', ...gas },
    });
    expect(await told('agent', { agents: [silent] }, { agent: 'Agent-1' })).toContain(
      `  silence     others may take its gas${said}`,
    );
  });
});
