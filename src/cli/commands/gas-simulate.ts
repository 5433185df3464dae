// `swarmline gas simulate`: swarms with faults in virtual time through the real pipeline; no effect, no Redis.
import { simulate } from '../../pipeline/simulation/run.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';

export interface SimulateOptions {
  readonly runs: number;
  readonly seed: number;
  readonly json: boolean;
}

/** Fails where a run broke a promise; its seed is printed, and `--runs 1 --seed N` repeats it. */
export async function gasSimulate({ runs, seed, json }: SimulateOptions, io: Io): Promise<ExitCode> {
  const summary = await simulate({ runs, seed, signal: io.stopped });
  const { failed, ...sums } = summary;
  if (json) io.stdout.write(`${JSON.stringify(summary)}\n`);
  else {
    for (const [name, value] of Object.entries(sums)) io.stdout.write(`${name} ${value}\n`);
    io.stdout.write(`failed ${failed.length}\n`);
    for (const one of failed) io.stdout.write(`seed ${one.seed}: ${one.problems.join('; ')}\n`);
  }
  return failed.length === 0 && sums.runs === runs ? exitCodes.ok : exitCodes.failed;
}
