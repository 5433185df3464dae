// What `swarmline doctor` looks at, looked at by a platform that starts: the machine at once, and all the rest when it is
// not ready soon. It only tells; what must keep a platform from starting is refused by the part that needs it.
import { type Finding, runChecks } from '../core/checks/finding.ts';
import type { Logger } from '../core/logger.ts';
import type { LoadedConfig } from './config.ts';
import { type DoctorDeps, examine } from './doctor.ts';
import { standingChecks } from './host-checks.ts';

export interface StartChecksDeps extends DoctorDeps {
  readonly logger: Logger;
  readonly isReady: () => boolean;
  /** One line for people. */
  readonly tell: (line: string) => void;
}

/** When whatever is not ready by itself has been waited for, ms. */
const soonMs = 5_000;
const limitMs = 2_000;

/** Tells each thing that is wrong once, with its mend. Never rejects; ends early when the signal fires. */
export async function checkStart(
  loaded: LoadedConfig,
  deps: StartChecksDeps,
  signal: AbortSignal,
): Promise<void> {
  const { clock, logger, isReady, tell } = deps;
  const told = new Set<string>();
  const tellWrong = (findings: readonly Finding[]) => {
    for (const { name, state, said, mend = '' } of findings) {
      if ((state !== 'warn' && state !== 'fail') || told.has(name) || signal.aborted) continue;
      told.add(name);
      logger.warn({ check: name, said, mend }, 'a check of the start found something');
      tell(`! ${name}: ${said}; mend: ${mend}`);
    }
  };
  tellWrong(await runChecks(standingChecks(loaded.config), { clock, limitMs }));
  await clock.sleep(soonMs, signal).catch(() => undefined);
  if (signal.aborted || isReady()) return;
  const findings = await examine(loaded, deps);
  const { redis, rabbitmq } = loaded.config;
  // A server of our own is only on its way: RabbitMQ takes up to 20 s.
  const own = [
    ...(redis.url === undefined ? ['redis'] : []),
    ...(rabbitmq.url === undefined ? ['rabbitmq'] : []),
  ];
  tellWrong(findings.filter(({ name }) => !own.includes(name)));
}
