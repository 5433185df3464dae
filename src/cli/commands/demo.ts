// `swarmline demo world` and `swarmline demo service NAME`: the programs of the demo world; `up` starts them.
import { resolve } from 'node:path';
import { systemClock } from '../../core/clock.ts';
import { createLogger } from '../../core/logger.ts';
import { playDemoWorld, playService } from '../../demo/index.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';

const taskMs = 2_500;

export async function demoWorld(io: Io): Promise<ExitCode> {
  const logger = createLogger({ level: 'info', file: '-' });
  const home = resolve(io.env['SWARMLINE_HOME'] || '.swarmline');
  const rabbitUrl = io.env['RABBITMQ_URL'] || 'amqp://127.0.0.1:5672';
  await playDemoWorld({ clock: systemClock, logger }, { home, rabbitUrl, cli: io.self, taskMs }, io.stopped);
  return exitCodes.ok;
}

export async function demoService(name: string, port: number, io: Io): Promise<ExitCode> {
  // Its sidecar holds the other end of stdin: when that is killed, the service must not outlive it.
  const orphaned = new AbortController();
  io.stdin.once('end', () => orphaned.abort()).resume();
  const stop = AbortSignal.any([io.stopped, orphaned.signal]);
  await playService(
    { clock: systemClock, say: (line) => io.stdout.write(`${line}\n`) },
    { name, port },
    stop,
  );
  return exitCodes.ok;
}
