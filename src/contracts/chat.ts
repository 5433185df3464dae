// Words of the conversation between people and Swarmline: who speaks, where the answer goes, what it looks like.
import { z } from 'zod';
import { boardSchema } from './board.ts';

export const surfaces = ['discord', 'twitch', 'console', 'cli', 'http'] as const;
export const surfaceSchema = z.enum(surfaces);
export type Surface = z.infer<typeof surfaceSchema>;

/** Where an answer goes. `place` is a channel id, a Twitch channel, or `main`; `message` is one to edit; `user` the login to mention. */
export const addressSchema = z.object({
  surface: surfaceSchema,
  place: z.string().min(1),
  message: z.string().optional(),
  user: z.string().optional(),
});
export type Address = z.infer<typeof addressSchema>;

/**
 * What a platform vouches for of somebody, `role:<id>` on Discord and `badge:<name>` on Twitch. It is written as no
 * identity can be, so that neither ever passes for the other.
 */
export type Mark = `role:${string}` | `badge:${string}`;
export const markSchema = z.templateLiteral([z.enum(['role:', 'badge:']), z.string()]);

/** A person as one surface knows them; `id` is the platform's stable id, never a display name. */
export interface Identity {
  readonly surface: Surface;
  readonly id: string;
  readonly name: string;
  /** What the platform itself vouches for at this moment; absent where it vouches for nothing. */
  readonly marks?: readonly Mark[];
}

/** Where something is said: a Discord channel, a Twitch channel, or `main`; `server` is the Discord guild. */
export interface Place {
  readonly surface: Surface;
  readonly id: string;
  readonly server?: string;
}

export type Tone = 'ok' | 'info' | 'warn' | 'bad';

/** One figure of an answer; `ageMs` says how old it is (null: it has no age, such as a configured name). */
export interface AnswerRow {
  readonly label: string;
  readonly value: string;
  readonly ageMs: number | null;
  readonly tone: Tone;
}

/** An answer before any surface has rendered it. `data` is the stable machine form for `--json`. */
export interface Answer {
  readonly title: string;
  readonly tone: Tone;
  readonly rows: readonly AnswerRow[];
  readonly note?: string;
  readonly data: unknown;
}

/** The states that a person sees of an action; nothing softer exists. The last three are of gas alone. */
export const actionStates = [
  'queued',
  'sent',
  'accepted',
  'working',
  'stopping',
  'starting',
  'ready',
  'failed',
  'expired',
  'unknown',
  'held',
  'suppressed',
  'rerouted',
] as const;
export const actionStateSchema = z.enum(actionStates);
export type ActionState = z.infer<typeof actionStateSchema>;

/** One step that an action took; `at` in ms since the epoch. */
export const stepSchema = z.object({ state: actionStateSchema, at: z.number(), detail: z.string() });
export type Step = z.infer<typeof stepSchema>;

/**
 * What `chat.report` carries: the whole story so far, so that a later report replaces an earlier one
 * and a lost one costs nothing. `seq` grows within one `about`; a reporter drops what is older than it has shown.
 */
export const reportSchema = z.object({
  to: addressSchema,
  about: z.string().min(1),
  kind: z.enum(['restart', 'gas', 'notice', 'approval', 'board']),
  /** What it is about, without the kind: `slam`, `Agent-1 → Agent-2`. */
  subject: z.string(),
  seq: z.number().int().nonnegative(),
  final: z.boolean(),
  /** One sentence: the present truth. */
  text: z.string(),
  steps: z.array(stepSchema),
  /** Present while it waits for a word: surfaces with buttons show them. Times in ms since the epoch. */
  ask: z.object({ id: z.string(), expiresAt: z.number() }).optional(),
  /** Of the kind `board`: what surfaces with rows and pictures make them of. */
  board: boardSchema.optional(),
});
export type Report = z.infer<typeof reportSchema>;
