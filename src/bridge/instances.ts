// The living instances of external services. A sidecar reaches nothing but RabbitMQ, so whoever hears its word registers it
// on its behalf: each beat renews a lease, and its last word gives it back.
import { z } from 'zod';
import type { ServiceEvent } from '../contracts/bus.ts';
import { type InstanceView, type ServiceState, serviceStateSchema } from '../contracts/services.ts';
import { heardWithin, type Instance, type LeaseRecord, type Registry } from '../core/registry/index.ts';

/** A sidecar beats every 2 s; after this silence it is gone, ms. */
const ttlMs = 10_000;
/** Two beats and what may delay them: who is silent for longer is not shown and gets no order, ms. */
const silentMs = 5_000;

const bodySchema = z.object({
  state: serviceStateSchema,
  detail: z.string(),
  readySince: z.number().nullable(),
  /** The two clocks may differ; how old it was when the sidecar spoke does not, ms. */
  use: z.object({ cpu: z.number(), rssBytes: z.number(), ageMs: z.number() }).nullable(),
});

/** Registers whoever speaks, or lets it go when this was its last word. @throws SwarmError REDIS_UNAVAILABLE */
export async function registerSpeaker(registry: Registry, event: ServiceEvent): Promise<void> {
  if (event.leaving === true) await registry.drop(leaseName(event.service), event.instance);
  else await registry.put(recordOf(event), { ttlMs, toldAt: event.issuedAt });
}

/** Those of a service that live, as far as their beats tell. @throws SwarmError REDIS_UNAVAILABLE */
export async function instancesOf(registry: Registry, service: string): Promise<readonly Instance[]> {
  return heardWithin(await registry.find(leaseName(service)), silentMs);
}

/** What people and programs are shown of an instance; null for a record of another version. */
export function toInstanceView({ body, ...record }: Instance): InstanceView | null {
  const said = bodySchema.safeParse(body);
  if (!said.success) return null;
  const { instance, incarnation, host, pid, version, seenAt } = record;
  const { use, ...rest } = said.data;
  const measured = use && { cpu: use.cpu, rssBytes: use.rssBytes, at: seenAt - use.ageMs };
  return { instance, incarnation, host, pid, version, seenAt, ...rest, use: measured };
}

function recordOf(event: ServiceEvent): LeaseRecord {
  const { service, instance, incarnation, host, pid, version, load, weight, startedAt } = event;
  const { state, detail, readySince, use } = event;
  return {
    name: leaseName(service),
    instance,
    incarnation,
    host: host ?? null,
    pid: pid ?? null,
    version: version ?? null,
    roles: [],
    endpoints: {},
    load: { pending: load?.pending ?? null, cpu: use?.cpu ?? load?.cpu ?? null },
    tags: weight === undefined ? {} : { weight: String(weight) },
    startedAt: startedAt ?? 0,
    health: healths[state],
    body: { state, detail, readySince, use: useOf(event) } satisfies z.infer<typeof bodySchema>,
  };
}

function useOf({ use, issuedAt }: ServiceEvent): z.infer<typeof bodySchema>['use'] {
  return use ? { cpu: use.cpu, rssBytes: use.rssBytes, ageMs: Math.max(0, issuedAt - use.at) } : null;
}

const healths: Readonly<Record<ServiceState, LeaseRecord['health']>> = {
  ready: 'healthy',
  accepted: 'degraded',
  stopping: 'degraded',
  starting: 'degraded',
  failed: 'unhealthy',
  stopped: 'unhealthy',
};

function leaseName(service: string): string {
  return `service/${service}`;
}
