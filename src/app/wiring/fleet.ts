// Wires this process into the fleet: its own registration, and the eye on roles that nobody fills.
import { neededRoles } from '../../contracts/roles.ts';
import type { Registration } from '../../core/registry/index.ts';
import type { Service } from '../../core/service.ts';
import { OutboxCourier } from '../../queue/index.ts';
import { createPresence } from '../presence.ts';
import { createRoleWatch } from '../role-watch.ts';
import type { Together } from './share.ts';

/** The registration of this process. */
export function wirePresence(shared: Together, version: string | null): Registration {
  const { config, roles, registry, clock, view, links, host } = shared;
  const { port } = config.api;
  const endpoints = roles.includes('api') && port !== 0 ? { http: `http://127.0.0.1:${port}` } : {};
  return createPresence(
    { registry, clock, view, readiness: () => links.readiness() },
    { host, version, endpoints: { ...endpoints } },
  );
}

export function wireFleet(shared: Together, presence: Registration): readonly Service[] {
  const { roles, registry, clock, logger, links, backends, gaps } = shared;
  const courier = new OutboxCourier({ ...shared, link: links.add('outbox', { hard: false }) });
  // Who fills them all misses none.
  if (Object.keys(neededRoles).every((role) => roles.some((own) => own === role))) return [presence, courier];
  const watch = createRoleWatch({ registry, clock, logger, gaps }, { redisUrl: backends.redis.url });
  return [presence, courier, watch];
}
