// Where what is said of an agent comes from: its own word, that of somebody else, or a record that cannot be read.
import { expect, it } from 'vitest';
import { catalogue } from '../../../src/commands/index.ts';
import { agent, portsOf, told } from './ports.ts';

const ann = { surface: 'discord', id: '1', name: 'Ann' } as const;

it('says that its record cannot be read, and nothing of what may stand there', async () => {
  const problem = 'its record in Redis cannot be read';
  const torn = { seenAt: null, percent: null, epoch: 0, nextCheckpoint: null, problem };
  const agents = [agent('Agent-1', { ...torn, next: 'Agent-2', isUnreadable: true }), agent('Agent-2')];
  const lines = await told('agent', { agents }, { agent: 'Agent-1' });
  expect(lines[3]).toBe('  evidence    unknown: its record in Redis cannot be read');
  expect(lines.at(-1)).toBe(
    '  hands over  to Agent-2, how far it is, and whether it is paused, is not known',
  );
  const checked = async (name: string, args: Record<string, string>) => {
    const spec = catalogue.find((one) => one.name === name);
    return spec?.kind === 'action' ? await spec.check({ args, identity: ann }, portsOf({ agents })) : spec;
  };
  expect([
    await checked('gas skip', { agent: 'Agent-1', checkpoint: '90' }),
    await checked('gas send', { agent: 'Agent-2' }),
  ]).toEqual([
    'Agent-1 has a record in Redis that cannot be read.',
    'Agent-1 has a record in Redis that cannot be read. Give a text: `gas send Agent-2 TEXT`.',
  ]);
});

it('says on whose word its status is that is not its own', async () => {
  const agents = [agent('Agent-1', { word: 'on the word of cli:local' })];
  const lines = await told('agent', { agents }, { agent: 'Agent-1' });
  expect(lines[3]).toMatch(
    /^ {2}evidence +what was told of it on the word of cli:local, mission number 1 \(/,
  );
});
