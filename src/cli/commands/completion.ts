// `swarmline completion SHELL`: a script for it on stdout, made of what this version has.
import type { Command } from 'commander';
import { roles } from '../../app/index.ts';
import { catalogue } from '../../commands/index.ts';
import { completionScript, type Shell } from '../completion/scripts.ts';
import { completionOf } from '../completion/words.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';

export function completion(program: Command, shell: Shell, io: Io): ExitCode {
  io.stdout.write(completionScript(shell, completionOf(program, catalogue, { '--only': roles })));
  return exitCodes.ok;
}
