// What `agent` says of one that is silent: of its nudge, and of its gas that others may take.
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

  it.each(['nudge under way', 'not nudged: it has no inbox'])(
    'says what became of its nudge: %s',
    async (nudge) => {
      const { watch } = agent('Agent-1');
      const silent = agent('Agent-1', { watch: { ...watch, silentSince: ago(4_000), tier: 'nudge', nudge } });
      expect(await told('agent', { agents: [silent] }, { agent: 'Agent-1' })).toContain(
        `  silence     said as an alert; ${nudge}`,
      );
    },
  );
});
