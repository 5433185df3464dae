// What a process knows of itself anyway, put into each scrape. Nothing here is measured for the metrics alone; of the
// queues and the services Redis is asked.
import { createServiceDirectory } from '../../bridge/index.ts';
import { silentAfterMs } from '../../commands/index.ts';
import type { SetPlatformGauge } from '../../contracts/metrics.ts';
import type { ProgramUse, ServiceView } from '../../contracts/services.ts';
import type { ProcessView } from '../../contracts/system.ts';
import { type QueueDepth, queueDepths } from '../../queue/index.ts';
import type { Shared } from '../wiring/shared.ts';

/** Adds them to the metrics of the process. */
export function collectGauges({ metrics, view, roles, redis, clock, config }: GaugeSources): void {
  metrics.collect((set) => {
    const { links, components, breakers, resources, at } = view();
    for (const link of links) setLink(set, link, at);
    for (const component of components) setComponent(set, component);
    for (const { name: breaker, state } of breakers) set('breaker_state', { breaker, state }, 1);
    for (const use of resources) setUse(set, use);
  });
  // They are of the whole fleet, so only those who work on them tell of them.
  if (!roles.includes('workers')) return;
  const { prefix } = config.redis;
  metrics.collect(async (set) => setQueues(set, await queueDepths({ redis, clock }, { prefix })));
  const directory = createServiceDirectory({ redis }, { prefix });
  metrics.collect(async (set) => {
    for (const service of await directory.services()) setService(set, service, clock.now());
  });
}

type GaugeSources = Pick<Shared, 'metrics' | 'view' | 'roles' | 'redis' | 'clock' | 'config'>;

function setLink(set: SetPlatformGauge, link: ProcessView['links'][number], now: number): void {
  const { name, state, lastProofAt } = link;
  // One that is switched off is neither up nor down.
  if (state === 'off') return;
  set('link_up', { link: name }, state === 'up' || state === 'standby' ? 1 : 0);
  if (lastProofAt !== null)
    set('link_proof_age_seconds', { link: name }, Math.max(0, now - lastProofAt) / 1_000);
}

function setComponent(set: SetPlatformGauge, part: ProcessView['components'][number]): void {
  set('component_state', { component: part.name, state: part.state }, 1);
  set('component_braked', { component: part.name }, part.braked ? 1 : 0);
}

function setUse(set: SetPlatformGauge, use: ProcessView['resources'][number]): void {
  const labels = { process: use.name };
  set('process_cpu_ratio', labels, use.cpu);
  set('process_resident_memory_bytes', labels, use.rssBytes);
  if (use.handles !== undefined) set('process_open_handles', labels, use.handles);
  if (use.loopDelaySeconds !== undefined) set('process_loop_delay_seconds', labels, use.loopDelaySeconds);
}

function setService(set: SetPlatformGauge, view: ServiceView, now: number): void {
  const { service } = view;
  const { ready, use } = serviceFigures(view, now);
  set('service_ready', { service }, ready ? 1 : 0);
  if (use === null) return;
  set('service_cpu_ratio', { service }, use.cpu);
  set('service_resident_memory_bytes', { service }, use.rssBytes);
}

interface ServiceFigures {
  readonly ready: boolean;
  /** Of all instances together; null where nobody knows. */
  readonly use: Pick<ProgramUse, 'cpu' | 'rssBytes'> | null;
}

/** As `services` tells it: whose sidecar is silent is not ready, and uses nobody knows how much. */
export function serviceFigures(view: ServiceView, now: number): ServiceFigures {
  // The word on the service is that of whichever sidecar spoke last, which is all of it only where there is one.
  const words = view.instances.length < 2 ? [view] : view.instances;
  const heard = words.filter(({ seenAt }) => now - seenAt <= silentAfterMs);
  const uses = heard.flatMap(({ use }) => use ?? []);
  return {
    ready: heard.some(({ state }) => state === 'ready'),
    use:
      uses.length === 0
        ? null
        : {
            cpu: uses.reduce((sum, { cpu }) => sum + cpu, 0),
            rssBytes: uses.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
          },
  };
}

function setQueues(set: SetPlatformGauge, depths: readonly QueueDepth[]): void {
  for (const { queue, oldestWaitingMs, ...counts } of depths) {
    for (const [state, number] of Object.entries(counts)) set('queue_jobs', { queue, state }, number);
    set('queue_oldest_waiting_seconds', { queue }, oldestWaitingMs / 1_000);
  }
}
