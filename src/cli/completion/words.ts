// What may follow which words of a command line: the subcommands of the program and the chat commands together. Pure; made
// from their own descriptions, so that it never knows another set than they do.
import type { Command, Option } from 'commander';
import type { CommandSpec } from '../../commands/index.ts';

/** What may follow. */
export interface Following {
  /** The words before it, options left out: `gas send`; empty for the first word. */
  readonly path: string;
  readonly words: readonly string[];
  /** Whether other words than these may stand here too, such as the name of a service: then the options still follow. */
  readonly open: boolean;
}

/** What may follow a line, and what may follow an option. */
export interface Completion {
  readonly following: readonly Following[];
  /** Of anything that is not in `following`. */
  readonly otherwise: readonly string[];
  /** Option → its values. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** Puts both together. `valuesOf` knows the values of options whose description does not. */
export function completionOf(
  program: Command,
  specs: readonly CommandSpec[],
  valuesOf: Readonly<Record<string, readonly string[]>>,
): Completion {
  const known = new Map<string, Set<string>>();
  const values = new Map(Object.entries(valuesOf));
  const add = (path: string, words: readonly string[]) => {
    const before = known.get(path) ?? new Set<string>();
    known.set(path, new Set([...before, ...words]));
  };
  const chatOptions = optionsOf(program.commands.find((one) => one.name() === 'run'));
  const look = (command: Command, path: readonly string[]) => {
    const under = visible(command);
    const choices = command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
    add(path.join(' '), [...under.map((one) => one.name()), ...choices, ...optionsOf(command)]);
    for (const { long, argChoices } of command.options) if (long && argChoices) values.set(long, argChoices);
    for (const one of under) look(one, [...path, one.name()]);
  };
  look(program, []);
  for (const { name, aliases = [] } of specs) {
    for (const words of [name, ...aliases].map((one) => one.split(' '))) {
      words.forEach((word, i) => {
        add(words.slice(0, i).join(' '), [word]);
      });
      add(words.join(' '), chatOptions);
    }
  }
  known.set('help', new Set([...(known.get('') ?? [])].filter((word) => word !== 'help')));
  const paths = [...known.keys()];
  const following = paths.map((path) => ({
    path,
    words: [...(known.get(path) ?? [])].toSorted(),
    open: !paths.some((other) => path === '' || other.startsWith(`${path} `)),
  }));
  return { following, otherwise: chatOptions, values };
}

function visible(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}

function optionsOf(command: Command | undefined): string[] {
  const shown: readonly Option[] = command?.createHelp().visibleOptions(command) ?? [];
  return shown.flatMap(({ long }) => (long && long !== '--help' && long !== '--version' ? [long] : []));
}
