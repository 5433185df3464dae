// `swarmline sidecar --service NAME -- PROGRAM ARGS…`: keeps one program running and restarts it on order, with proof.
import { createSidecarProcess, type SidecarProcess } from '../../app/sidecar.ts';
import { serviceNameSchema } from '../../contracts/services.ts';
import { systemClock } from '../../core/clock.ts';
import { coreErrors, SwarmError } from '../../core/errors.ts';
import { createLogger } from '../../core/logger.ts';
import { type ExitCode, exitCodes, type Io, untilStopped } from '../io.ts';

/** Runs until it is told to stop. @throws SwarmError CONFIG_INVALID for a bad service name */
export async function sidecar(command: SidecarProcess, io: Io): Promise<ExitCode> {
  if (!serviceNameSchema.safeParse(command.service).success) {
    throw new SwarmError(
      coreErrors.configInvalid,
      `--service ${command.service}: a name has lower-case letters, digits, - and _`,
    );
  }
  const logger = createLogger({ level: 'info', file: '-' });
  const running = await createSidecarProcess(
    { clock: systemClock, logger, env: io.env, root: io.root },
    { ...command, ...(io.version !== undefined && { version: io.version }) },
  );
  await running.start();
  await untilStopped(io.stopped);
  await running.stop();
  return exitCodes.ok;
}
