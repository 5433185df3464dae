// The command line of gas and agents: names of its own for what `swarmline run` does too. Each is a command of the chat,
// sent as one line, so that rights, questions and answers are the same.
import type { Command } from 'commander';
import type { ExitCode, Io } from './io.ts';

interface Flags {
  readonly yes: boolean;
  readonly json: boolean;
}

type Done = (code: ExitCode) => void;

export function addSwarmCommands(gas: Command, agent: Command, io: Io, done: Done): void {
  const run = async (words: readonly (string | undefined)[], flags: Flags) =>
    done(await (await import('./commands/run.ts')).run(lineOf(words), flags, io));
  withFlags(gas.command('send'))
    .description('send an agent its next prompt now, ahead of the checkpoint')
    .argument('<agent>')
    .argument('[text...]', "what it is to read instead of the chain's own words")
    .action((to: string, text: string[], flags: Flags) =>
      run(['gas', 'send', to, text.length === 0 ? undefined : text.join(' ')], flags),
    );
  withFlags(gas.command('pause'))
    .description('hold back what one agent hands over, or all do, until it is resumed')
    .argument('[agent]')
    .action((who: string | undefined, flags: Flags) => run(['gas', 'pause', who], flags));
  withFlags(gas.command('resume'))
    .description('let gas flow again; what was held is sent once')
    .argument('[agent]')
    .option('--skip', 'what was held goes to nobody', false)
    .action((who: string | undefined, { skip, ...flags }: Flags & { readonly skip: boolean }) =>
      run(['gas', 'resume', ...(skip ? [who ?? 'all', 'skip'] : [who])], flags),
    );
  agent
    .command('inbox')
    .description('what an agent has in its inbox and has not accepted, with all that is known of it')
    .argument('<agent>')
    .option('--json', 'machine-readable answer on stdout', false)
    .action((who: string, { json }: Pick<Flags, 'json'>) => run(['agent', who], { yes: false, json }));
}

function withFlags(command: Command): Command {
  return command
    .option('--yes', 'confirm without asking', false)
    .option('--json', 'machine-readable result on stdout', false);
}

/** Words as one line; a text keeps its spaces in quotes, unless it has quotes itself. */
function lineOf(words: readonly (string | undefined)[]): string {
  return words
    .filter((word) => word !== undefined)
    .map((word) => (/\s/.test(word) && !word.includes('"') ? `"${word}"` : word))
    .join(' ');
}
