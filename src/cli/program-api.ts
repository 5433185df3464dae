// The subcommands about the faces of the platform: keys and description of HTTP, completion in a shell.
import { Argument, type Command } from 'commander';
import { shells, type Shell } from './completion/scripts.ts';
import type { ExitCode, Io } from './io.ts';

/** Adds them; the chosen one's exit code goes to `done`. */
export function addApiCommands(program: Command, io: Io, done: (code: ExitCode) => void): void {
  const keys = program.command('api-key').description('keys of persons and programs for the HTTP API');
  const load = () => import('./commands/api-key.ts');
  keys
    .command('add')
    .description('make a key, and show it this once; its identity for the policy is http:NAME')
    .argument('<name>', 'lower-case letters, digits and hyphens')
    .option('--json', 'machine-readable result on stdout', false)
    .action(async (name: string, options: Json) => done(await (await load()).apiKeyAdd(name, options, io)));
  keys
    .command('list')
    .description('the keys that are in force, never their text')
    .option('--json', 'one JSON array', false)
    .action(async (options: Json) => done(await (await load()).apiKeyList(options, io)));
  keys
    .command('revoke')
    .description('take a key out of force, at once')
    .argument('<name>')
    .option('--json', 'machine-readable result on stdout', false)
    .action(async (name: string, options: Json) =>
      done(await (await load()).apiKeyRevoke(name, options, io)),
    );
  program
    .command('api')
    .description('the HTTP API')
    .command('spec')
    .description('its description as OpenAPI 3.1')
    .action(async () => done(await (await import('./commands/api-spec.ts')).apiSpec(io)));
  program
    .command('completion')
    .description(
      'a script that completes this command line in your shell; its first line says how it is loaded',
    )
    .addArgument(new Argument('<shell>').choices(shells))
    .action(async (shell: Shell) =>
      done((await import('./commands/completion.ts')).completion(program, shell, io)),
    );
}

interface Json {
  readonly json: boolean;
}
