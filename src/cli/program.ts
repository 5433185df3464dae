// The command line: names, options, help. Each command is imported when it is used, so that light ones stay light.
import { Command, InvalidArgumentError, Option } from 'commander';
import type { RunOptions } from './commands/run.ts';
import { type ExitCode, exitCodes, type Io } from './io.ts';
import { addMcpCommand, addReportCommand } from './program-agent.ts';
import { addApiCommands } from './program-api.ts';
import { addChatCommands, alsoChat, sameKey, toKey } from './program-chat.ts';

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
      '\nEvery chat command is a subcommand too, as in: swarmline restart slam --yes. `swarmline help` lists them.\nExit codes: 0 ok, 1 failed, 2 usage, 69 unavailable, 70 not ended cleanly, 75 too much asked, 77 denied, 78 configuration, 130 stopped by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP',
    );
  addPlatformCommands(program, io, done);
  addServiceCommands(program, io, done);
  addAgentCommands(program, io, done);
  addMcpCommand(program, io, done);
  addAuditCommands(program, io, done);
  addConfigCommands(program, io, done);
  addApiCommands(program, io, done);
  addChatCommands(program, io, done);
  return program;
}

function addPlatformCommands(program: Command, io: Io, done: (code: ExitCode) => void): void {
  program
    .command('up')
    .description('run the platform in the foreground')
    .option(
      '--only <role...>',
      'only these roles: console, bots, api, workers, pipeline; as in --only bots,api',
    )
    .option('--demo', 'the demo world, whatever config/local.yaml says', false)
    .option('--set <path=value>', 'set a key above every file and variable; repeatable', gather, [])
    .option('--detach', 'in the background: returns when it is ready, or says why it is not', false)
    .option('--wait <seconds>', 'with --detach: returns only when nothing it needs is missing', toSeconds)
    .action(async (options: UpArguments) => done(await runUp(options, io)));
  addBackgroundCommands(program, io, done);
  addRunCommands(program, io, done);
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

function addRunCommands(program: Command, io: Io, done: (code: ExitCode) => void): void {
  program
    .command('run')
    .description('any chat command, as in: swarmline run "restart slam" --yes')
    .argument('<line>', 'the command line')
    .option('--yes', 'confirm without asking', false)
    .option('--dry-run', 'only say what would be done', false)
    .option('--name <name>', 'the name, where it has to be typed to confirm')
    .option('--json', 'machine-readable result on stdout', false)
    .option('--key <key>', sameKey, toKey)
    .action(async (line: string, options: RunOptions) =>
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
}

function addServiceCommands(program: Command, io: Io, done: (code: ExitCode) => void): void {
  alsoChat(program.command('service').description('the parts of the platform'), io, done)
    .command('reset')
    .description('start a part again that crashed in a loop, once it is mended; `status` names it')
    .argument('<name>')
    .option('--json', 'machine-readable answer on stdout', false)
    .action(async (name: string, options: { json: boolean }) =>
      done(await (await import('./commands/service-reset.ts')).serviceReset(name, options, io)),
    );
}

function addAgentCommands(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const gas = alsoChat(program.command('gas').description('the gas pipeline'), io, done);
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
  gas
    .command('simulate')
    .description('swarms with faults in virtual time through the real pipeline, without effect')
    .option('--runs <n>', 'how many', toCount, 1_000)
    .option('--seed <n>', 'of the first run', toCount, 1)
    .option('--json', 'machine-readable summary on stdout', false)
    .action(async (options: { runs: number; seed: number; json: boolean }) =>
      done(await (await import('./commands/gas-simulate.ts')).gasSimulate(options, io)),
    );
  const agent = program.command('agent').description('what an agent says to Swarmline');
  alsoChat(agent, io, done);
  addReportCommand(agent, io, done);
  agent
    .command('ack')
    .description('acknowledge a gas by the id that it tells')
    .argument('<id>')
    .option('--working', 'and say that work on it has begun', false)
    .option('--json', 'machine-readable result on stdout', false)
    .action(async (id: string, options: { working: boolean; json: boolean }) =>
      done(await (await import('./commands/agent-ack.ts')).agentAck(id, options, io)),
    );
  agent
    .command('inbox')
    .description('what an agent has in its inbox and has not accepted, with all that is known of it')
    .argument('<agent>')
    .option('--json', 'machine-readable answer on stdout', false)
    .action(async (id: string, options: { json: boolean }) =>
      done(await (await import('./commands/run.ts')).run(`agent "${id}"`, { yes: false, ...options }, io)),
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

function addAuditCommands(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const audit = alsoChat(
    program.command('audit').description('the record of who did what; needs Redis, not the platform'),
    io,
    done,
  );
  audit
    .command('verify')
    .description('follow the chain from its first line, and name the first that is not as it was written')
    .option('--json', 'machine-readable result on stdout', false)
    .action(async (options: { json: boolean }) =>
      done(await (await import('./commands/audit.ts')).auditVerify(options, io)),
    );
  audit
    .command('query')
    .description('lines that fit, newest first, as in: swarmline audit query person=ann since=2h last=50')
    .argument('[filter...]')
    .option('--json', 'one JSON object a line', false)
    .action(async (words: string[], options: { json: boolean }) =>
      done(await (await import('./commands/audit.ts')).auditQuery(words, options, io)),
    );
  audit
    .command('export')
    .description('every line as it is stored, oldest first: NDJSON on stdout')
    .action(async () => done(await (await import('./commands/audit.ts')).auditExport(io)));
}

interface UpArguments {
  readonly only?: string[];
  readonly demo: boolean;
  readonly set: string[];
  readonly detach: boolean;
  readonly wait?: number;
}

async function runUp(options: UpArguments, io: Io): Promise<ExitCode> {
  if (options.detach) {
    return (await import('./commands/detach.ts')).detach(upArguments(options), options, io);
  }
  if (options.wait === undefined) return (await import('./commands/up.ts')).up(options, io);
  io.stderr.write('swarmline: --wait is for --detach: in the foreground the console says what is missing\n');
  return exitCodes.usage;
}

function upArguments({ only = [], demo, set }: UpArguments): string[] {
  return [
    ...only.flatMap((role) => ['--only', role]),
    ...(demo ? ['--demo'] : []),
    ...set.flatMap((setting) => ['--set', setting]),
  ];
}

function addBackgroundCommands(program: Command, io: Io, done: (code: ExitCode) => void): void {
  program
    .command('down')
    .description('end every process of Swarmline on this home, in order')
    .option('--timeout <seconds>', 'how long the drain may take', toSeconds, 60)
    .option('--force', 'then kill what is still there', false)
    .action(async (options: { timeout: number; force: boolean }) =>
      done(await (await import('./commands/down.ts')).down(options, io)),
    );
  program
    .command('ps')
    .description('the processes of this home, and what they use')
    .option('--json', 'one JSON array', false)
    .action(async (options: { json: boolean }) =>
      done(await (await import('./commands/ps.ts')).ps(options, io)),
    );
  program
    .command('logs')
    .description('the log of this home, all processes together')
    .option('-f, --follow', 'and what comes', false)
    .option('-n, --lines <count>', 'how many of the last lines', toCount, 50)
    .addOption(new Option('--level <level>', 'this level and above').choices(logLevels).default('debug'))
    .option('--json', 'the lines as they are', false)
    .action(async (options: LogsArguments) =>
      done(await (await import('./commands/logs.ts')).logs(options, io)),
    );
  program
    .command('doctor')
    .description('look at everything that the platform needs, and name the mend of what is wrong')
    .option('--json', 'one JSON array', false)
    .action(async (options: { json: boolean }) =>
      done(await (await import('./commands/doctor.ts')).doctor(options, io)),
    );
}

const logLevels = ['debug', 'info', 'warn', 'error'] as const;

interface LogsArguments {
  readonly follow: boolean;
  readonly lines: number;
  readonly level: (typeof logLevels)[number];
  readonly json: boolean;
}

function toSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0)) throw new InvalidArgumentError('a number of seconds above 0.');
  return seconds;
}

function toCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('a whole number above 0.');
  return count;
}

function addConfigCommands(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const config = program.command('config').description('the configuration: check, explain, schema');
  config
    .command('check')
    .description('check a file as if it were the local configuration; every problem at once')
    .argument('<file>')
    .action(async (file: string) => done(await (await import('./commands/config.ts')).configCheck(file, io)));
  config
    .command('explain')
    .description('each key with its value, where that comes from, and what it overrode')
    .argument('[key]', 'a key such as api.port, or a section')
    .option('--set <path=value>', 'as for up', gather, [])
    .option('--json', 'one JSON array', false)
    .action(async (key: string | undefined, options: { json: boolean; set: string[] }) =>
      done(await (await import('./commands/config.ts')).configExplain(key, options, io)),
    );
  config
    .command('schema')
    .description('the JSON Schema of a file under config/, for editors')
    .argument('[file]', 'swarmline, policy or chain', 'swarmline')
    .action(async (file: string) => {
      io.stdout.write((await import('./commands/config.ts')).configSchemaText(file));
      done(0);
    });
}

function gather(value: string, former: string[]): string[] {
  return [...former, value];
}

function toPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new InvalidArgumentError('a port from 1 to 65535.');
  return port;
}
