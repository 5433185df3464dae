// The command line: names, options, help. Each command is imported when it is used, so that light ones stay light.
import { Command, InvalidArgumentError } from 'commander';
import type { ExitCode, Io } from './io.ts';

/** Builds the parser; the chosen command's exit code goes to `done`. */
export function createProgram(io: Io, version: string, done: (code: ExitCode) => void): Command {
  const program = new Command('swarmline')
    .description(
      'Agent-swarm chat-ops: commands that prove what they did, and gas that reaches the next agent',
    )
    .version(version)
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .addHelpText(
      'after',
      '\nExit codes: 0 ok, 1 failed, 2 usage, 69 unavailable, 77 denied, 78 configuration',
    );
  addPlatformCommands(program, io, done);
  addAgentCommands(program, io, done);
  return program;
}

function addPlatformCommands(program: Command, io: Io, done: (code: ExitCode) => void): void {
  program
    .command('up')
    .description('run the platform in the foreground')
    .option('--only <role...>', 'only these roles: console, bots, api, workers, pipeline')
    .option('--demo', 'the demo world, whatever config/local.yaml says', false)
    .action(async (options: { only?: string[]; demo: boolean }) =>
      done(await (await import('./commands/up.ts')).up(options, io)),
    );
  program
    .command('run')
    .description('any chat command, as in: swarmline run "restart slam" --yes')
    .argument('<line>', 'the command line')
    .option('--yes', 'confirm without asking', false)
    .option('--json', 'machine-readable result on stdout', false)
    .action(async (line: string, options: { yes: boolean; json: boolean }) =>
      done(await (await import('./commands/run.ts')).run(line, options, io)),
    );
  program
    .command('status')
    .description('the platform at a glance, or one service, agent or drone')
    .argument('[target]')
    .option('--json', 'machine-readable answer on stdout', false)
    .action(async (target: string | undefined, options: { json: boolean }) =>
      done(
        await (await import('./commands/run.ts')).run(
          ['status', target].filter(Boolean).join(' '),
          { yes: false, ...options },
          io,
        ),
      ),
    );
  program
    .command('sidecar')
    .description('keep a program running beside the bus and restart it on order')
    .requiredOption('--service <name>', 'the service that the program is')
    .option('--ready-port <port>', 'ready when 127.0.0.1:port accepts a connection', toPort)
    .argument('<program>')
    .argument('[args...]')
    .passThroughOptions()
    .action(async (name: string, args: string[], options: { service: string; readyPort?: number }) =>
      done(await (await import('./commands/sidecar.ts')).sidecar({ ...options, program: name, args }, io)),
    );
}

function addAgentCommands(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const gas = program.command('gas').description('the gas pipeline');
  gas
    .command('replay')
    .description(
      'run recorded status histories (.jsonl, .jsonl.gz) through the reader and the machine, without effect',
    )
    .argument('<file...>')
    .option('--json', 'one JSON object a line', false)
    .action(async (files: string[], options: { json: boolean }) =>
      done(await (await import('./commands/gas-replay.ts')).gasReplay(files, options, io)),
    );
  const agent = program.command('agent').description('what an agent says to Swarmline');
  agent
    .command('ack')
    .description('acknowledge a gas by the id in its front matter')
    .argument('<id>')
    .option('--working', 'and say that work on it has begun', false)
    .option('--json', 'machine-readable result on stdout', false)
    .action(async (id: string, options: { working: boolean; json: boolean }) =>
      done(await (await import('./commands/agent-ack.ts')).agentAck(id, options, io)),
    );
  const demo = program.command('demo', { hidden: true }).description('the programs of the demo world');
  demo.command('world').action(async () => done(await (await import('./commands/demo.ts')).demoWorld(io)));
  demo
    .command('service')
    .argument('<name>')
    .argument('<port>', '', toPort)
    .action(async (name: string, port: number) =>
      done(await (await import('./commands/demo.ts')).demoService(name, port, io)),
    );
}

function toPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('a port from 1 to 65535.');
  return port;
}
