// Who receives what a job does. Jobs of one receiver run one after another, in the order they were given; those of
// different receivers never wait for each other.
import type { JobBody, JobName } from './jobs.ts';

/**
 * Jobs that are not named here have no order among each other. Reports need none: each tells the whole story, and the
 * surface drops what is older than what it shows.
 */
const receivers: { readonly [N in JobName]?: (body: JobBody<N>) => string } = {
  'gas.deliver': ({ gas }) => gas.to,
  'service.restart': ({ service, instance }) => (instance === undefined ? service : `${service}/${instance}`),
  'alert.silence': ({ pattern }) => pattern,
};

/** The lane of a job within its queue; undefined where it has none. */
export function laneOf<N extends JobName>(name: N, body: JobBody<N>): string | undefined {
  return receivers[name]?.(body);
}
