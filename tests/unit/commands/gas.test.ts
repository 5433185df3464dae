// What `gas` answers: every delivery with how far it really got, and what cannot be told.
import { describe, expect, it } from 'vitest';
import { agent, ago, ask, delivery, told } from './ports.ts';

describe('gas', () => {
  it('says that there is none yet', async () => {
    expect(await told('gas', {})).toEqual(['[ok]', 'No gas deliveries yet']);
  });

  it('does not call sent what nobody acknowledged anything better', async () => {
    const deliveries = [
      delivery('g3'),
      delivery('g2', { state: 'accepted', since: ago(200) }),
      delivery('g1', { gas: { ...delivery('g1').gas, checkpoint: null, from: 'schedule:tidy-up' } }),
    ];
    expect(await told('gas', { deliveries })).toEqual([
      '[ok]',
      '3 gas deliveries, 2 not acknowledged',
      '  Agent-1 → Agent-2, 75 %                sent, not acknowledged, id g3 (30 s ago)',
      '  Agent-1 → Agent-2, 75 %                accepted (3 min ago)',
      '  schedule:tidy-up → Agent-2, scheduled  sent, not acknowledged, id g1 (30 s ago)',
    ]);
  });

  it('says why a delivery failed', async () => {
    const failed = delivery('g1', {
      state: 'failed',
      steps: [{ state: 'failed', at: ago(30), detail: 'disk full' }],
    });
    expect(await told('gas', { deliveries: [failed] })).toEqual([
      '[warn]',
      '1 gas delivery, 1 not acknowledged',
      '  Agent-1 → Agent-2, 75 %  failed: disk full (30 s ago)',
    ]);
  });

  it('says whose word an acknowledgement is that is not its receiver’s', async () => {
    const steps = [{ state: 'accepted', at: ago(30), detail: 'on the word of cli:local' }] as const;
    const deliveries = [delivery('g1', { state: 'accepted', steps })];
    expect((await told('gas', { deliveries })).at(-1)).toBe(
      '  Agent-1 → Agent-2, 75 %  accepted: on the word of cli:local (30 s ago)',
    );
  });

  it('says that records cannot be read, and tells the others', async () => {
    expect(await told('gas', { deliveries: [delivery('g1')], unreadable: 1 })).toEqual([
      '[warn]',
      '1 gas delivery, 1 not acknowledged',
      '  Agent-1 → Agent-2, 75 %  sent, not acknowledged, id g1 (30 s ago)',
      '1 record cannot be read.',
    ]);
  });

  it('narrows to one agent, as sender or receiver, in any case', async () => {
    const other = delivery('g2', { gas: { ...delivery('g2').gas, from: 'Agent-3', to: 'Agent-4' } });
    const answer = await ask('gas', { deliveries: [delivery('g1'), other] }, { agent: 'agent-4' });
    expect(answer.title).toBe('1 gas delivery of agent-4, 1 not acknowledged');
  });

  it('says that a known agent had none yet', async () => {
    expect(await told('gas', { agents: [agent('Agent-9')] }, { agent: 'Agent-9' })).toEqual([
      '[ok]',
      'No gas deliveries of Agent-9 yet',
    ]);
  });

  it('does not say yet where the oldest may be forgotten', async () => {
    const deliveries = Array.from({ length: 1_000 }, (_, i) => delivery(`g${i}`));
    const answer = await ask('gas', { deliveries, agents: [agent('Agent-9')] }, { agent: 'Agent-9' });
    expect(answer.title).toBe('No gas deliveries of Agent-9 among those that are kept');
  });

  it('says that an agent is unknown, and which one was meant', async () => {
    expect(await told('gas', { agents: [agent('Agent-2')] }, { agent: 'Agnet-2' })).toEqual([
      '[warn]',
      'Unknown: no agent is called Agnet-2',
      'Did you mean Agent-2?',
    ]);
  });

  it('shows the newest ten and says how many there are', async () => {
    const deliveries = Array.from({ length: 12 }, (_, i) => delivery(`g${i}`));
    const { rows, note } = await ask('gas', { deliveries });
    expect([rows.length, note]).toEqual([10, 'The newest 10 of 12.']);
  });
});
