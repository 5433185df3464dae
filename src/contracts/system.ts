// What one process of Swarmline says of itself, for `status` and the probes.
import { z } from 'zod';

const linkStatusSchema = z.object({
  name: z.string(),
  state: z.enum(['off', 'standby', 'connecting', 'up', 'down']),
  detail: z.string(),
  since: z.number(),
  lastProofAt: z.number().nullable(),
  seen: z.record(z.string(), z.number()).default({}),
  recreated: z.number().int().default(0),
  hard: z.boolean(),
});

/** A part of a process, as its supervisor sees it. */
export const componentSchema = z.object({
  name: z.string(),
  state: z.enum(['idle', 'starting', 'ready', 'draining', 'stopped', 'failed']),
  hard: z.boolean(),
  /** Restarts inside the present window. */
  restarts: z.number().int(),
  /** Whether the crash-loop brake holds it; only a reset starts it again. */
  braked: z.boolean(),
  /** What it last failed with; null when it did not. */
  error: z.string().nullable(),
});
export type ComponentView = z.infer<typeof componentSchema>;

/** What a process (or a server that runs as its child) uses. Absent numbers cannot be measured on this system. */
const resourcesSchema = z.object({
  name: z.string(),
  pid: z.number().int(),
  /** Share of one core in the last interval; 1 is one whole core. */
  cpu: z.number(),
  rssBytes: z.number(),
  /** 99th percentile of the event loop's delay in the last interval, or its longest where that was above 1 s, s; of this process alone. */
  loopDelaySeconds: z.number().optional(),
  /** Open file descriptors. */
  handles: z.number().int().optional(),
});

/** A circuit breaker, as its owner sees it. */
const breakerSchema = z.object({
  name: z.string(),
  state: z.enum(['closed', 'open', 'half-open']),
  /** ms since the epoch. */
  since: z.number(),
});

/** How far an alert got on one way out: `kept` is on its way to where people see it, `again` says that it is tried again. */
const waySchema = z.object({
  name: z.string(),
  /** Tells those of one name from each other; absent where there is one. */
  id: z.string().optional(),
  state: z.enum(['sending', 'kept', 'told', 'missed']),
  /** Since when, ms since the epoch. */
  at: z.number(),
  why: z.string(),
  again: z.boolean(),
  /** Another process told it: what is known is what that knew last. */
  byOther: z.boolean().optional(),
});
export type AlertWay = z.infer<typeof waySchema>;

/** A way out that has used up its messages; `until` is when it has another, ms since the epoch. */
const heldWaySchema = waySchema.pick({ name: true, id: true }).extend({ until: z.number() });
export type HeldWay = z.infer<typeof heldWaySchema>;

/** An alert that fires in a process, or did and has its end held back. */
const alertSchema = z.object({
  /** The same trouble has the same key in every process. */
  key: z.string(),
  severity: z.enum(['warning', 'critical']),
  title: z.string(),
  detail: z.string(),
  /** ms since the epoch. */
  since: z.number(),
  count: z.number(),
  /** Nobody is told before this, ms since the epoch; null when it is not silenced. */
  silencedUntil: z.number().nullable(),
  /** It comes and goes, so that its end is told only when it stays away. */
  flapping: z.boolean().default(false),
  /** When it ceased to be so, ms since the epoch, while that is held back; null while it fires. */
  overSince: z.number().nullable().default(null),
  /** Since when it is so again after it was over, ms since the epoch; null where it was not, so that it is so since `since`. */
  backSince: z.number().nullable().default(null),
  /** How it stands with telling people; absent from a process of a version that did not say. */
  telling: z.enum(['waiting', 'elsewhere', 'told', 'nowhere']).optional(),
  /** Those on which it was told, as far as this process knows. */
  ways: z.array(waySchema).default([]),
  /** Those on which it is due and waits. */
  held: z.array(heldWaySchema).default([]),
});

/** What a process says on /readyz. `starting`: something that it needs has not been up yet. */
const readinessSchema = z.enum(['starting', 'ready', 'degraded', 'unavailable', 'draining']);
export type ReadinessState = z.infer<typeof readinessSchema>;

/** `at` is when the process wrote this, ms since the epoch: the age of everything in it. */
export const processViewSchema = z.object({
  instance: z.string(),
  pid: z.number().int(),
  roles: z.array(z.string()),
  startedAt: z.number(),
  at: z.number(),
  /** Absent from a process of a version that did not tell it. */
  readiness: readinessSchema.optional(),
  links: z.array(linkStatusSchema),
  components: z.array(componentSchema).default([]),
  resources: z.array(resourcesSchema).default([]),
  breakers: z.array(breakerSchema).default([]),
  alerts: z.array(alertSchema).default([]),
});
export type ProcessView = z.infer<typeof processViewSchema>;
