// A sidecar as a process of its own, to be killed: its options come from argv as JSON.
import { createSidecar, type SidecarOptions } from '../../../src/bridge/index.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { Link } from '../../../src/core/links.ts';
import { silentLogger } from '../../../src/core/logger.ts';

const options: SidecarOptions = JSON.parse(process.argv[2] ?? '');
const link = new Link({ name: 'rabbitmq', hard: false, clock: systemClock });
await createSidecar(
  { link, clock: systemClock, logger: silentLogger },
  { output: 'ignore', heartbeatMs: 200, ...options },
).start();
