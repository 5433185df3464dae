// What lies open behind more newer deliveries than anybody lists: it is named, counted and acted on all the same.
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/commands/index.ts';
import { agent, ask, delivery, portsOf, told } from './ports.ts';

const newer = Array.from({ length: 1_200 }, (_, at) =>
  delivery(`n${String(at).padStart(6, '0')}aaaaaaaaaaaaa`, {
    state: 'accepted',
    gas: { ...delivery('n').gas, id: `n${String(at).padStart(6, '0')}aaaaaaaaaaaaa`, to: 'Agent-3' },
  }),
);
const old = Array.from({ length: 3 }, (_, at) => {
  const id = `xabcdef${at}aaaaaaaaaaaaa`;
  return delivery(id, { gas: { ...delivery(id).gas, to: 'Agent-2' } });
});
const held = delivery('xheld000aaaaaaaaaaaaa', { state: 'held' });
const known = {
  agents: [agent('Agent-1'), agent('Agent-2'), agent('Agent-3')],
  deliveries: [...newer, held, ...old],
};
const identity = { surface: 'discord', id: '1', name: 'Ann' } as const;

function action(name: string) {
  const spec = catalogue.find((one) => one.name === name);
  if (spec?.kind !== 'action') throw new Error(`${name} is no action`);
  return spec;
}

describe('gas that is open and older than all that are listed', () => {
  it.each(['xabcdef1', 'xabcdef1aaaaaaaaaaaaa'])('is given to another agent: %s', async (name) => {
    const args = { delivery: name, agent: 'Agent-3' };
    expect(await action('gas reassign').check({ args, identity }, portsOf(known))).toBeNull();
    expect(await action('gas reassign').args[0]?.exact?.(name, portsOf(known))).toBe('xabcdef1aaaaaaaaaaaaa');
  });

  it.each(['xabcdef1', 'xabcdef1aaaaaaaaaaaaa'])('is explained: %s', async (name) => {
    const { title } = await ask('gas explain', known, { delivery: name });
    expect(title).toBe('The 75 % gas of Agent-1 for Agent-2: sent');
  });

  it('is counted in the inbox of its agent', async () => {
    expect((await told('agent', known, { agent: 'Agent-2' })).join('\n')).toContain(
      '3 not accepted, 1 on the way',
    );
  });

  it('is counted by `gas status`, which shows the newest and gives no more than 200 of them as data', async () => {
    const { title, data } = await ask('gas', known);
    expect(title).toBe('1204 gas deliveries, 4 not acknowledged');
    expect(data).toMatchObject({ total: 1_204, unacknowledged: 4 });
    expect((data as { deliveries: unknown[] }).deliveries).toHaveLength(200);
  });

  it('is counted by `status`', async () => {
    expect((await ask('status', known)).data).toMatchObject({ openDeliveries: 4 });
  });

  it('is counted where the gas of its sender is resumed', async () => {
    const text = await action('gas resume').prompt({ agent: 'Agent-1' }, portsOf(known));
    expect(text).toBe('Resume the gas of Agent-1 and send 1 held delivery?');
  });
});
