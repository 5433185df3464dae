// A sidecar as a process of its own, to be killed: URL and service come from argv, its program ignores SIGTERM.
import { createSidecar } from '../../../src/bridge/index.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { Link } from '../../../src/core/links.ts';
import { silentLogger } from '../../../src/core/logger.ts';

const [url = '', service = '', program = '', ...args] = process.argv.slice(2);
const link = new Link({ name: 'rabbitmq', hard: false, clock: systemClock });
await createSidecar(
  { link, clock: systemClock, logger: silentLogger },
  { url, service, program, args, output: 'ignore', graceMs: 60_000, heartbeatMs: 200 },
).start();
