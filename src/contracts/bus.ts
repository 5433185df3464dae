// The words on RabbitMQ: exchanges, routing keys, bodies. Nothing else in the code spells one of these names.
import { z } from 'zod';
import { plainText } from '../core/text.ts';
import { gasSchema } from './agents.ts';
import { droneStatusSchema } from './drones.ts';
import { envelopeSchema } from './envelope.ts';
import { programUseSchema, serviceNameSchema, serviceStateSchema } from './services.ts';

/** Which of the two hubs in the wild answers restarts; configuration, never a guess. */
export const hubProfiles = ['topic-v1', 'legacy-fanout'] as const;
export type HubProfile = (typeof hubProfiles)[number];

export const exchanges = {
  control: { name: 'control_commands', type: 'topic', durable: true, owner: 'swarmline' },
  serviceEvents: { name: 'service_events', type: 'topic', durable: true, owner: 'swarmline' },
  droneStatus: { name: 'drone_status', type: 'topic', durable: true, owner: 'swarmline' },
  /** How far agents are. */
  agentProgress: { name: 'agent_progress', type: 'topic', durable: true, owner: 'swarmline' },
  /** Gas to agents, and what they say of it. */
  agentGas: { name: 'agent_gas', type: 'topic', durable: true, owner: 'swarmline' },
  /** What came on the others and cannot be handled: under its own key, with the reason in its headers. */
  dead: { name: 'swarmline.dlx', type: 'topic', durable: true, owner: 'swarmline' },
  /** The legacy hub's; declared passively, since its owner decides what it is. */
  legacyRestart: { name: 'restart_exchange', type: 'fanout', durable: true, owner: 'hub' },
} as const;

/** Where all of `dead` is kept: at most so much, and for a week (ms). */
export const deadQueue = {
  name: 'swarmline.dlx',
  maxLength: 1_000,
  maxLengthBytes: 16_777_216,
  messageTtl: 604_800_000,
} as const;

export const routingKeys = {
  /** An order to one service. */
  restart: (service: string) => `control.restart.${service}`,
  /** An order to all of them. */
  restartAll: 'control.restart',
  /** What a service's sidecar tells. */
  serviceEvent: (service: string, state: string) => `service.${service}.${state}`,
  anyServiceEvent: 'service.#',
  /** What a drone tells. */
  droneStatus: (drone: string) => `drone.${drone}.status`,
  anyDroneStatus: 'drone.*.status',
  /** Gas for one agent. */
  agentGas: (agent: string) => `agent.${agent}.gas`,
  /** That agent's word that it has one. */
  gasAck: (agent: string) => `agent.${agent}.ack`,
  anyGasAck: 'agent.*.ack',
  /** What an agent tells of its progress. */
  agentProgress: (agent: string) => `agent.${agent}.progress`,
} as const;

// Whoever reaches the bus may write these, and people read them in terminals and chats: cleaned here, once, for everybody.
const words = z.string().transform((text) => plainText(text, 300));
const drawnId = z
  .string()
  .transform((text) => plainText(text, 64))
  .pipe(z.string().min(1));

/** Body of an order on `control.restart.<service>`. */
export const restartMessageSchema = z.object({
  ...envelopeSchema.shape,
  service: serviceNameSchema,
  mode: z.enum(['graceful', 'force']),
  reason: words,
  /** The one instance that is meant; absent: whoever speaks for the service. Others stay silent. */
  instance: drawnId.optional(),
});
export type RestartMessage = z.infer<typeof restartMessageSchema>;

/**
 * Body on `service.<name>.<state>`. An answer to an order has that order's `correlationId` and `orderId`;
 * a heartbeat or an unasked change has `orderId: null`. `ready` always names the incarnation that is ready;
 * `previousIncarnation` is the one that the order replaced.
 */
export const serviceEventSchema = z.object({
  ...envelopeSchema.shape,
  service: serviceNameSchema,
  /** Which sidecar speaks; drawn at its start. */
  instance: drawnId,
  incarnation: drawnId.nullable(),
  previousIncarnation: drawnId.nullable(),
  orderId: z.string().nullable(),
  state: serviceStateSchema,
  /** When this incarnation became ready, so that a platform that starts later need not guess; null: it is not ready. */
  readySince: z.number().int().nonnegative().nullable().default(null),
  detail: words,
  /** Where the sidecar runs, and since when; absent: it does not say. */
  host: drawnId.optional(),
  pid: z.number().int().positive().optional(),
  version: drawnId.optional(),
  startedAt: z.number().int().nonnegative().optional(),
  /** `pending`: orders under way; `cpu`: share of one core. */
  load: z.object({ pending: z.number().nullable(), cpu: z.number().nullable() }).optional(),
  /** Its share of the work beside the other instances of its service; absent: 1. */
  weight: z.number().nonnegative().optional(),
  /** Its last word: it speaks for the service no longer. */
  leaving: z.boolean().optional(),
  /** By the clock of the sidecar; absent where it cannot be measured. What does not fit is no reason to lose the event. */
  use: programUseSchema.optional().catch(undefined),
});
export type ServiceEvent = z.infer<typeof serviceEventSchema>;

/** Body on `drone.<id>.status`. */
export const droneMessageSchema = z.object({ ...envelopeSchema.shape, status: droneStatusSchema });
export type DroneMessage = z.infer<typeof droneMessageSchema>;

/** Body on `agent.<id>.gas`. */
export const gasMessageSchema = z.object({ ...envelopeSchema.shape, gas: gasSchema });
export type GasMessage = z.infer<typeof gasMessageSchema>;

/** Body on `agent.<id>.ack`; `id` is that of the gas. */
export const gasAckSchema = z.object({
  id: z.string().min(1).max(200),
  state: z.enum(['accepted', 'working']).default('accepted'),
});

/** Whose word a key carries; null for a key that is none of these. */
export function agentOfAckKey(key: string): string | null {
  return /^agent\.([^.]+)\.ack$/.exec(key)?.[1] ?? null;
}

/** Whose progress a key carries; null for a key that is none of these. */
export function agentOfProgressKey(key: string): string | null {
  return /^agent\.([^.]+)\.progress$/.exec(key)?.[1] ?? null;
}

/** The exact body that the legacy hub's services know. */
export const legacyRestartBody = '{"type":"restart"}';
