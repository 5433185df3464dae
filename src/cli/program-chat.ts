// Whatever is no subcommand of its own is a chat command, here and in groups that chat has too, such as `gas`; and `help`,
// which knows both.
import { type Command, InvalidArgumentError } from 'commander';
import type { RunOptions } from './commands/run.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';

/** What `--key` is for. */
export const sameKey = 'of your own: the same command with the same key is the same order, for a day';

/** Reads what `--key` was given. @throws InvalidArgumentError */
export function toKey(text: string): string {
  if (!/^[!-~]{1,100}$/.test(text))
    throw new InvalidArgumentError('1 to 100 letters, digits and signs, without a space.');
  return text;
}

type Done = (code: ExitCode) => void;

/** Hands what the program does not know to chat. */
export function addChatCommands(program: Command, io: Io, done: Done): void {
  fallThrough(program, io, { prefix: [], done });
  program
    .helpCommand(false)
    .command('help')
    .description('this, with every chat command; or how one of either is used')
    .argument('[command...]')
    .action(async (words: string[]) => done(await help(program, words, io)));
}

/** Hands what a group of subcommands does not know to the chat command of the same name. */
export function alsoChat(group: Command, io: Io, done: Done): Command {
  fallThrough(group, io, { prefix: [group.name()], done });
  return group;
}

function fallThrough(
  parent: Command,
  io: Io,
  { prefix, done }: { readonly prefix: readonly string[]; readonly done: Done },
): void {
  parent
    .command('chat', { isDefault: true, hidden: true })
    .argument('[words...]')
    .option('--yes', 'confirm without asking', false)
    .option('--name <name>', 'the name, where it has to be typed to confirm')
    .option('--json', 'machine-readable result on stdout', false)
    .option('--dry-run', 'only say what would be done', false)
    .option('--key <key>', sameKey, toKey)
    .action(async (words: string[], options: RunOptions) => {
      if (prefix.length + words.length === 0) parent.help({ error: true });
      const { chat } = await import('./commands/chat.ts');
      const result = await chat(
        [...prefix, ...words],
        { ...options, others: namesOf(parent), typed: io.argv },
        io,
      );
      if (result.kind === 'ran') done(result.code);
      // A group by itself that chat has no command for.
      else if (words.length === 0) parent.help({ error: true });
      else parent.error(`error: ${result.problem}`, { exitCode: exitCodes.usage });
    });
}

async function help(program: Command, words: readonly string[], io: Io): Promise<ExitCode> {
  const { chatHelp, chatHelpOf } = await import('./commands/chat.ts');
  if (words.length === 0) {
    io.stdout.write(`${program.helpInformation()}\nChat commands, each a subcommand too:\n${chatHelp()}\n`);
    return exitCodes.ok;
  }
  const own = words.reduce<Command | undefined>(
    (parent, word) => parent?.commands.find((one) => one.name() === word),
    program,
  );
  const texts = [own?.helpInformation(), chatHelpOf(words)].flatMap((text) => (text ? [text.trimEnd()] : []));
  if (texts.length === 0) {
    program.error(`error: no command '${words.join(' ')}'`, { exitCode: exitCodes.usage });
  }
  io.stdout.write(`${texts.join('\n\n')}\n`);
  return exitCodes.ok;
}

function namesOf(parent: Command): string[] {
  return parent
    .createHelp()
    .visibleCommands(parent)
    .map((command) => command.name());
}
