// Words about agents, their missions and the gas between them.
import { z } from 'zod';
import type { WatchView } from './watch.ts';

export const agentIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'letters, digits, - and _');

export const checkpoints = [75, 90, 100] as const;
export const checkpointSchema = z.union([z.literal(75), z.literal(90), z.literal(100)]);
export type Checkpoint = z.infer<typeof checkpointSchema>;

/**
 * `starting`: it took gas, or told a mission of which nothing is done. `out_of_gas`: it is complete and got nothing for too
 * long. `paused`: a person holds back what it hands over.
 */
export const runStates = [
  'idle',
  'starting',
  'executing',
  'completing',
  'complete',
  'out_of_gas',
  'paused',
] as const;
export type RunState = (typeof runStates)[number];

/**
 * `unknown`: it may lie in the inbox or not, and an acknowledgement may still come.
 * `failed` and `expired` are ends without an acknowledgement; `accepted` and `working` come from the receiver alone;
 * `held` from a person's word, `suppressed` from that or the chain, `rerouted` from that or a receiver that did not answer.
 */
export const deliveryStates = [
  'held',
  'pending',
  'queued',
  'sent',
  'unknown',
  'accepted',
  'working',
  'suppressed',
  'failed',
  'rerouted',
  'expired',
] as const;
export const deliveryStateSchema = z.enum(deliveryStates);
export type DeliveryState = z.infer<typeof deliveryStateSchema>;

/** One of those that a join made one gas of, beside its sender. */
export const gasPartSchema = z.object({
  agent: z.string().min(1),
  inPlaceOf: z.string().optional().describe('the agent of the chain for which it worked; absent: itself'),
  mission: z.string().nullable().describe('null: not kept'),
  epoch: z.number().int().nonnegative().describe('which of the missions of that agent it was'),
  percent: z.number().int().min(0).max(100).nullable(),
  sentAheadBy: z
    .string()
    .optional()
    .describe('who sent it before its checkpoint was reached; absent: nobody'),
});
export type GasPart = z.infer<typeof gasPartSchema>;

/** One gas to one receiver. `from` is an agent, `schedule:<name>` or `person:<name>`; the last two have no checkpoint. */
export const gasSchema = z.object({
  id: z.string().min(1),
  from: z.string().min(1),
  to: agentIdSchema,
  mission: z.string(),
  epoch: z.number().int().nonnegative(),
  checkpoint: checkpointSchema.nullable(),
  percent: z.number().int().min(0).max(100).nullable(),
  /** The highest percent of the mission before it crossed the checkpoint; null when none was known. Absent: nobody crossed it. */
  crossedFrom: z.number().int().min(0).max(100).nullable().optional(),
  /** When that was, or a person sent it ahead of that; null: not kept, since it waited for others until the gas was made. Absent: when the gas was made. */
  crossedAt: z.number().int().nonnegative().nullable().optional(),
  /** Absent: nobody joined it. */
  parts: z.array(gasPartSchema).optional(),
  createdAt: z.number().int().nonnegative(),
  /** Markdown for the receiver; as it is stored, with marks that go when it is read. */
  text: z.string().min(1),
  /** The delivery that this one stands for, since it was given to another agent. */
  replaces: z.string().optional(),
  /** The question of its receiver that it answers. */
  answers: z.string().optional(),
});
export type Gas = z.infer<typeof gasSchema>;

/** What the platform knows of one agent. Times in ms since the epoch. */
export interface AgentView {
  readonly agent: string;
  readonly state: RunState;
  readonly mission: string | null;
  readonly epoch: number;
  /** Null is unknown, which is not 0. */
  readonly percent: number | null;
  /** When the agent last wrote a valid status; null when never. */
  readonly seenAt: number | null;
  /** On whose word that status is; absent: its own. */
  readonly word?: string;
  /** What is wrong with the newest version of the status file, or with our record of the agent, if anything. */
  readonly problem: string | null;
  /** Whether our record of it cannot be read: what stands there is not known, and nothing of it is told here. */
  readonly isUnreadable?: true;
  /** Whether anything can be given to it. */
  readonly hasInbox: boolean;
  /** It tells its progress in a status file; absent: it reports. */
  readonly hasStatusFile?: true;
  /** The first that gets its gas; null at the end of the chain, also one whose missions are used up, and outside of it. */
  readonly next: string | null;
  /** All that get its gas, `next` before the others. */
  readonly receivers: readonly string[];
  /** Who works in its place now; absent: nobody. */
  readonly standIns?: readonly string[];
  /** Gas from it, or for it, that waits until others have reached the checkpoint too. */
  readonly waits: readonly JoinWait[];
  /** The lowest checkpoint of its mission that may still fire; null when none may, or no mission is known. */
  readonly nextCheckpoint: Checkpoint | null;
  /** Who holds its checkpoints back, and since when; null when they fire. */
  readonly paused: { readonly by: string; readonly at: number } | null;
  /** What speaks for its work, and since when nothing does. */
  readonly watch: WatchView;
}

/** How the detail of a step begins that changed no state: a try failed, it was tried again, it waits to be fetched, or a person began to be wanted. */
export const stepMarks = {
  missed: 'not laid down: ',
  again: 'try ',
  waits: 'waits to be fetched: ',
  wanted: 'a person is wanted: ',
} as const;

/**
 * What agents are asked to tell: as it is stored, of those without a status file, and as one with a status file reads it.
 * None is longer than what it stands for, since a hand-over has a size.
 */
export const reportWords = {
  first: {
    door: 'report your mission and 0 % (`swarmline agent report`, HTTP or MCP)',
    file: 'write your mission and `"progress": 0` into your status file',
  },
  blocked: {
    door: 'If you are blocked, say by what in the `note` of your report (`swarmline agent report`, HTTP or MCP).',
    file: 'If you are blocked by an agent, name it as `waiting_for` in your status file.',
  },
} as const;

/** How the detail of an acknowledgement begins that is not the receiver's own word; the principal follows whose it is. */
export const wordOf = 'on the word of ';

/**
 * The detail that tells of its state: its receiver may have said less itself, later, than somebody else for it, and what a try
 * met says nothing of it.
 */
export function detailOf({ state, steps }: Pick<DeliveryView, 'state' | 'steps'>): string {
  const own = steps.findLast((step) => step.state === state && !isOfTry(step));
  return (own ?? steps.at(-1))?.detail ?? '';
}

/** Whether a step tells of a try, and nothing of the state that it leaves as it was. */
export function isOfTry({ detail }: { readonly detail: string }): boolean {
  return detail.startsWith(stepMarks.missed) || detail.startsWith(stepMarks.again);
}

/** The detail of a step by which an agent without an inbox took the answer to its question; whose word it is stands before it. */
export const byGetAnswer = 'fetched with get_answer';

/** Whether it lies where its receiver fetches it, and was not fetched so far; it is `queued` until then. */
export function isToBeFetched({ state, steps }: Pick<DeliveryView, 'state' | 'steps'>): boolean {
  return state === 'queued' && steps.some(({ detail }) => detail.startsWith(stepMarks.waits));
}

/** Gas that waits in a join. */
export interface JoinWait {
  readonly receiver: string;
  readonly checkpoint: Checkpoint;
  /** Who has reached it. */
  readonly from: readonly string[];
  /** Who has not reached it. */
  readonly missing: readonly string[];
}

/** What the platform knows of one delivery. Times in ms since the epoch. */
export interface DeliveryView {
  readonly gas: Gas;
  readonly state: DeliveryState;
  /** When the state began. */
  readonly since: number;
  readonly steps: readonly { readonly state: DeliveryState; readonly at: number; readonly detail: string }[];
  /** Whose pauses hold it; absent: that of its sender alone, or nothing does. */
  readonly heldBy?: readonly string[] | undefined;
  /** A person is wanted for it; absent: nobody is. */
  readonly wanted?: true | undefined;
}

/** Who has to be resumed before a delivery that is `held` goes on. */
export function holdersOf({ gas, heldBy }: Pick<DeliveryView, 'gas' | 'heldBy'>): readonly string[] {
  return heldBy ?? [gas.from];
}

/** Deliveries, newest first; the records of `unreadable` more cannot be read. */
export interface DeliveryList {
  readonly deliveries: readonly DeliveryView[];
  readonly unreadable: number;
}

/** What of a schedule did not run; `lastAt` is the newest tick of them, ms since the epoch. */
export interface SkippedTicks {
  readonly schedule: string;
  readonly count: number;
  readonly lastAt: number;
}
