// What `gas skip` asks where gas of that checkpoint waits for a person: which gas would be given up, by name.
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/commands/index.ts';
import { agent, delivery, type Known, portsOf } from './ports.ts';

const wanting = (id: string, mission: string, given: object = {}) =>
  delivery(id, {
    state: 'expired',
    wanted: true,
    gas: { ...delivery(id).gas, mission, ...given },
  });
const others = [
  delivery('x0a2b3c4d5e6', { state: 'expired' }),
  wanting('x8a2b3c4d5e6', 'Survey 4', { checkpoint: 90 }),
  wanting('x9a2b3c4d5e6', 'Survey 5', { from: 'Agent-2' }),
];

function skip() {
  const spec = catalogue.find(({ name }) => name === 'gas skip');
  if (spec?.kind !== 'action') throw new Error('gas skip is no action');
  return spec;
}

const asks = (deliveries: Known['deliveries'] = []) =>
  skip().prompt({ agent: 'Agent-1', checkpoint: '75' }, portsOf({ agents: [agent('Agent-1')], deliveries }));

describe('the question of gas skip', () => {
  it('is of the present mission where nobody is wanted for gas of that checkpoint', async () => {
    expect(await asks(others)).toBe('Skip the 75 % gas of Agent-1?');
  });

  it('names each gas that would be given up, the oldest first, and how many', async () => {
    const two = wanting('x2a2b3c4d5e6', 'Survey 2', { to: 'Agent-3' });
    expect(await asks([two, ...others, wanting('x1a2b3c4d5e6', 'Survey 1')])).toBe(
      'Give up 2 deliveries of the 75 % gas of Agent-1, for which a person is wanted: x1a2b3c4 for Agent-2 (mission Survey 1), x2a2b3c4 for Agent-3 (mission Survey 2); and nothing else?',
    );
  });

  it('names as many as fit, and counts the others', async () => {
    const many = Array.from({ length: 11 }, (_, at) =>
      wanting(`x${String.fromCharCode(97 + at)}234567`, `${at} ${'m'.repeat(90)}`),
    );
    const text = await asks(many);
    expect(text).toMatch(
      /^Give up 11 deliveries .*xk234567 for Agent-2 \(mission 10 m+…\), .*\) and 3 more; and nothing else\?$/,
    );
    expect(text.length).toBeLessThan(700);
  });
});

it.each([
  ['hands over to nobody now', { next: null }],
  ['has told no mission', { next: 'Agent-2', epoch: 0 }],
])('gas skip gives up what a person is wanted for, also of an agent that %s', async (_, given) => {
  const agents = [agent('Agent-1', given)];
  const refused = (deliveries: Known['deliveries'] = []) => {
    const identity = { surface: 'console', id: 'local', name: 'you' } as const;
    const args = { agent: 'Agent-1', checkpoint: '75' };
    return skip().check({ args, identity }, portsOf({ agents, deliveries }));
  };
  expect(await refused([wanting('x1a2b3c4d5e6', 'Survey 1')])).toBeNull();
  expect(await refused(others)).toMatch(/^Agent-1 h/);
});
