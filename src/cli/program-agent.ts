// The subcommands of an agent, or of a script beside it: how far it is, and its tools over MCP.
import { type Command, InvalidArgumentError } from 'commander';
import type { ProgressWords } from '../contracts/progress.ts';
import type { ExitCode, Io } from './io.ts';

/** Adds `mcp`; its exit code goes to `done`. */
export function addMcpCommand(program: Command, io: Io, done: (code: ExitCode) => void): void {
  program
    .command('mcp')
    .description('the tools of an agent over MCP on stdin and stdout, for whatever starts its servers itself')
    .option('--agent <id>', 'who speaks; default: SWARMLINE_AGENT, else each call says so')
    .action(async (options: { readonly agent?: string }) =>
      done(await (await import('./commands/mcp.ts')).mcp(options, io)),
    );
}

/** Adds `report` to the group `agent`; its exit code goes to `done`. */
export function addReportCommand(agent: Command, io: Io, done: (code: ExitCode) => void): void {
  agent
    .command('report')
    .description('say how far an agent is, as in: swarmline agent report Agent-1 --percent 80')
    .argument('<agent>')
    .option('--percent <0-100>', 'said outright', toNumber)
    .option('--completed <tasks>', 'else counted: the tasks that are done, of --total', toNumber)
    .option('--total <tasks>', 'all tasks', toNumber)
    .option('--done <task...>', 'else by name: the tasks that are done')
    .option('--open <task...>', 'the tasks that are not')
    .option('--mission <name>', 'what it works on; default: the same as before')
    .option('--epoch <number>', 'grows with each mission', toNumber)
    .option('--seq <number>', 'grows with each report; one that does not is told as late', toNumber)
    .option('--note <text>', 'for whoever goes on')
    .option('--artefact <path...>', 'where lies what was made')
    .option('--json', 'machine-readable answer on stdout', false)
    .action(async (id: string, { json, artefact, ...words }: ReportArguments) =>
      done(
        await (await import('./commands/agent-report.ts')).agentReport(
          { agent: id, words: { ...words, ...(artefact && { artefacts: artefact }) } },
          { json },
          io,
        ),
      ),
    );
}

interface ReportArguments extends Omit<ProgressWords, 'artefacts'> {
  readonly artefact?: string[];
  readonly json: boolean;
}

function toNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number)) throw new InvalidArgumentError('a number.');
  return number;
}
