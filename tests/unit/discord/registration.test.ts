// Slash commands: what is registered, and when nothing is written.
import { describe, expect, it } from 'vitest';
import { sameCommands } from '../../../src/bots/discord/registration.ts';
import { type SlashCommand, toSlashCommands } from '../../../src/bots/discord/slash.ts';
import type { ArgSpec, CommandSpec } from '../../../src/commands/index.ts';

const spec = (name: string, args: readonly ArgSpec[] = [], description = 'Says it'): CommandSpec => ({
  kind: 'question',
  name,
  description,
  args,
  example: name,
  answer: () => Promise.resolve({ title: '', tone: 'ok', rows: [], data: null }),
});
const arg = (name: string, required: boolean): ArgSpec => ({ name, description: `The ${name}`, required });
const action = (name: string, args: readonly ArgSpec[] = []): CommandSpec => ({
  kind: 'action',
  name,
  description: 'Does it',
  args,
  example: name,
  permission: () => name,
  check: () => Promise.resolve(null),
  prompt: () => 'Do it?',
  enqueue: () => Promise.resolve('Queued.'),
});
const toSlashCommand = (given: CommandSpec): SlashCommand => {
  const [only] = toSlashCommands([given]);
  if (!only) throw new Error('nothing made of it');
  return only;
};
/** A command as Discord gives it back: more fields than we sent, and defaults left out. */
const remote = (given: CommandSpec) => {
  const { options = [], ...rest } = toSlashCommand(given);
  const shown = options.map(({ required, ...option }) => (required ? { ...option, required } : option));
  return {
    ...rest,
    id: '1',
    version: '2',
    default_member_permissions: null,
    ...(shown.length > 0 ? { options: shown } : {}),
  };
};

describe('registration of slash commands', () => {
  it('makes a string option of each argument, required ones first', () => {
    const { options } = toSlashCommand(spec('a', [arg('maybe', false), arg('must', true)]));
    expect(options).toEqual([
      { type: 3, name: 'must', description: 'The must', required: true },
      { type: 3, name: 'maybe', description: 'The maybe', required: false },
    ]);
  });

  it('cuts a description to the 100 characters that Discord takes', () => {
    expect(toSlashCommand(spec('a', [], 'x'.repeat(150))).description).toHaveLength(100);
  });

  it('sees no difference in order of commands, ids and defaults', () => {
    const specs = [spec('b', [arg('must', true), arg('maybe', false)]), spec('a')];
    expect(sameCommands(specs.toReversed().map(remote), specs.map(toSlashCommand))).toBe(true);
  });

  for (const [what, changed] of [
    ['a description', spec('a', [arg('must', true)], 'Other')],
    ['an option that is no longer required', spec('a', [arg('must', false)])],
    ['an option with another name', spec('a', [arg('other', true)])],
    ['another name', spec('z', [arg('must', true)])],
  ] as const) {
    it(`sees a difference in ${what}`, () => {
      expect(sameCommands([remote(spec('a', [arg('must', true)]))], [toSlashCommand(changed)])).toBe(false);
    });
  }

  it('makes subcommands of what shares its first word', () => {
    const specs = [spec('gas status', [arg('agent', false)]), spec('status'), action('gas send')];
    expect(toSlashCommands(specs)).toMatchObject([
      {
        name: 'gas',
        description: 'gas: status, send',
        options: [
          { type: 1, name: 'status', options: [{ type: 3, name: 'agent' }] },
          { type: 1, name: 'send', options: [{ type: 5, name: 'dry-run' }] },
        ],
      },
      { name: 'status', options: [] },
    ]);
  });

  it('has no command for an alias, which is for those who type', () => {
    expect(toSlashCommands([{ ...spec('status'), aliases: ['st'] }]).map(({ name }) => name)).toEqual([
      'status',
    ]);
  });

  it('lets whatever changes something be tried', () => {
    expect(toSlashCommand(action('restart')).options).toEqual([
      { type: 5, name: 'dry-run', description: 'Only say what would be done', required: false },
    ]);
  });

  it('completes what has candidates', () => {
    const service = { ...arg('service', true), candidates: () => Promise.resolve([]) };
    expect(toSlashCommand(spec('a', [service])).options).toMatchObject([{ autocomplete: true }]);
  });

  it('sees a difference in an option of a subcommand', () => {
    const [before, after] = [spec('gas send', [arg('to', true)]), spec('gas send', [arg('to', false)])];
    expect([
      sameCommands([remote(before)], toSlashCommands([before])),
      sameCommands([remote(before)], toSlashCommands([after])),
    ]).toEqual([true, false]);
  });

  it('sees a difference in a command too many', () => {
    expect(sameCommands([remote(spec('a')), remote(spec('b'))], [toSlashCommand(spec('a'))])).toBe(false);
  });

  it('takes a list that it cannot read for different', () => {
    expect(sameCommands({ message: 'odd' }, [])).toBe(false);
  });
});
