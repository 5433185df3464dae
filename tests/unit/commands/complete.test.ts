// What could be typed next, for who may use it.
import { describe, expect, it } from 'vitest';
import { createPolicy } from '../../../src/access/index.ts';
import { createCompleter } from '../../../src/commands/complete.ts';
import type { ArgSpec, CommandPorts, CommandSpec } from '../../../src/commands/spec.ts';
import { portsOf, service } from './ports.ts';

const identity = { surface: 'console', id: 'local', name: 'you' } as const;
const services = (ports: CommandPorts) =>
  ports.services.services().then((all) => all.map((one) => one.service));
const arg = (name: string, given: Partial<ArgSpec> = {}): ArgSpec => ({
  name,
  description: name,
  required: true,
  ...given,
});
const question = (name: string, args: readonly ArgSpec[] = [], permission = 'ask'): CommandSpec => ({
  kind: 'question',
  name,
  description: name,
  args,
  example: name,
  permission,
  answer: () => Promise.reject(new Error('not asked')),
});
const specs = [
  question('status', [arg('target', { candidates: services })]),
  question('services'),
  question('gas send', [
    arg('to', { candidates: () => Promise.resolve(['Agent-1', 'Agent-2', 'Bob']) }),
    arg('text', { rest: true }),
  ]),
  question('secret', [arg('name', { candidates: () => Promise.resolve(['plan']) })], 'see.secrets'),
  question('help', [
    arg('command', { rest: true, candidates: () => Promise.resolve(['gas send', 'status']) }),
  ]),
];
const policy = createPolicy({
  roles: { viewer: ['ask'] },
  people: { you: { role: 'viewer', identities: ['console:local'] } },
});
const ports = { ...portsOf({ services: [service('slam'), service('slope'), service('mesh')] }), policy };
const completer = createCompleter(ports, specs);

describe('Tab', () => {
  it.each([
    ['', ['status', 'services', 'gas send', 'help'], ''],
    ['s', ['status', 'services'], 's'],
    ['gas', ['gas send'], 'gas'],
    ['gas s', ['gas send'], 'gas s'],
    ['status ', ['slam', 'slope', 'mesh'], ''],
    ['status sl', ['slam', 'slope'], 'sl'],
    ['status SL', ['slam', 'slope'], 'SL'],
    ['gas send ag', ['Agent-1', 'Agent-2'], 'ag'],
    ['gas send Agent-1 go ', [], 'go'],
    ['status slam more', [], 'more'],
    ['help gas s', ['gas send'], 'gas s'],
    ['nonsense x', [], 'nonsense x'],
  ])('after %j offers %j', async (line, candidates, replaces) => {
    expect(await completer.line({ identity, line })).toEqual({ candidates, replaces });
  });

  it('offers nothing of what the person may not use', async () => {
    expect([
      await completer.line({ identity, line: 'sec' }),
      await completer.line({ identity, line: 'secret ' }),
    ]).toMatchObject([{ candidates: [] }, { candidates: [] }]);
  });

  it('offers nothing when what there is cannot be read', async () => {
    const away = () => Promise.reject(new Error('away'));
    const broken = createCompleter(
      { ...ports, services: { services: away, service: away, names: away } },
      specs,
    );
    expect(await broken.line({ identity, line: 'status s' })).toMatchObject({ candidates: [] });
  });
});

describe('an argument by name', () => {
  it('has first what begins so, then what has it within', async () => {
    const asked = { identity, command: 'status', argument: 'target', args: {}, typed: 's' };
    expect(await completer.argument(asked)).toEqual(['slam', 'slope', 'mesh']);
  });
});
