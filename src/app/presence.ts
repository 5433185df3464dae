// Each process of the fleet in the registry, so that `status` shows them all wherever it is asked. What a process says of
// itself is the body of its record; the record's own fields are for whoever looks for somebody to work with.
import type { Readiness } from '../api/index.ts';
import type { SystemDirectory } from '../contracts/ports.ts';
import { type ProcessView, processViewSchema } from '../contracts/system.ts';
import type { Clock } from '../core/clock.ts';
import { type LeaseRecord, Registration, type Registry } from '../core/registry/index.ts';

/** The name under which processes of Swarmline are registered. */
export const processName = 'swarmline';

export interface PresenceDeps {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly view: () => ProcessView;
  readonly readiness: () => Pick<Readiness, 'status'>;
}

export interface PresenceOptions {
  readonly host: string;
  readonly version: string | null;
  /** Name → URL. */
  readonly endpoints: Readonly<Record<string, string>>;
}

/** Creates the registration of this process. */
export function createPresence(deps: PresenceDeps, options: PresenceOptions): Registration {
  const { registry, clock } = deps;
  return new Registration(
    { registry, clock, record: () => recordOf(deps, options) },
    { name: 'presence', dependsOn: ['redis'] },
  );
}

/** The processes whose lease has not run out, oldest start first. */
export function createSystemDirectory(registry: Registry): SystemDirectory {
  return {
    processes: async () =>
      (await registry.find(processName)).map(({ body }) => processViewSchema.parse(body)),
  };
}

function recordOf({ view, readiness }: PresenceDeps, options: PresenceOptions): LeaseRecord {
  const body = view();
  const { instance, pid, roles, startedAt, resources } = body;
  const own = resources.find((use) => use.pid === pid);
  return {
    name: processName,
    instance,
    // A process is started once.
    incarnation: instance,
    host: options.host,
    pid,
    version: options.version,
    roles,
    endpoints: { ...options.endpoints },
    load: { pending: null, cpu: own?.cpu ?? null },
    tags: {},
    startedAt,
    health: healths[readiness().status],
    body,
  };
}

// One that drains takes no new work, so nobody shall count on it.
const healths = {
  starting: 'degraded',
  ready: 'healthy',
  degraded: 'degraded',
  unavailable: 'unhealthy',
  draining: 'unhealthy',
} as const satisfies Record<Readiness['status'], LeaseRecord['health']>;
