// The record of who wished what, what was decided and what became of it: append-only, each line bound to the one before it
// by its hash, written before the effect. The words of it; audit-log.ts keeps it.
import { z } from 'zod';
import { surfaceSchema } from '../contracts/chat.ts';

export const auditEvents = ['refused', 'asked', 'decided', 'executing', 'changed', 'ended'] as const;

const entrySchema = z.object({
  event: z.enum(auditEvents),
  correlationId: z.string(),
  /** The person, and the identity (`surface:id`) they spoke with; `system:<part>` where nobody did. */
  person: z.string(),
  principal: z.string(),
  place: z.object({ surface: surfaceSchema, id: z.string(), server: z.string().optional() }).nullable(),
  command: z.string(),
  /** As they were bound; secrets are replaced and long texts cut before they are stored. */
  args: z.record(z.string(), z.string()),
  /** In one word: `allowed`, `denied`, `approved`, `declined`, another code of a refusal, or the state of an end. */
  verdict: z.string(),
  /** Why, or what came of it; for people. */
  detail: z.string(),
  /** Persons who said yes beside the one who asked. */
  approvers: z.array(z.string()).readonly(),
  policyVersion: z.string(),
});

/** An entry in its place in the chain, as it lies in Redis and leaves by `swarmline audit export`. */
export const auditLineSchema = entrySchema.extend({
  /** From 1, without a gap. */
  seq: z.number().int().positive(),
  /** Ms since the epoch, by the clock of whoever wrote it. */
  at: z.number(),
  /** SHA-256 over the hash of the line before and this one, hex. */
  hash: z.string(),
});

/** What one line says. */
export type AuditEntry = Readonly<z.infer<typeof entrySchema>>;
export type AuditLine = Readonly<z.infer<typeof auditLineSchema>>;
export type AuditEvent = AuditEntry['event'];

/** The door into the record. */
export interface AuditSink {
  /**
   * Resolves when the line is stored; the same correlation id, event and `step` again is the same line.
   * @throws SwarmError AUDIT_UNAVAILABLE: then nothing may be done
   */
  append(entry: AuditEntry, step?: string): Promise<AuditLine>;
}

/** Which lines; what is absent lets all pass. Times in ms since the epoch. */
export interface AuditFilter {
  readonly person?: string;
  readonly command?: string;
  /** Or the beginning of it. */
  readonly correlationId?: string;
  readonly event?: AuditEvent;
  readonly since?: number;
  readonly until?: number;
  /** The person, the identity, the command, the correlation id or the value of an argument. */
  readonly word?: string;
}

export interface AuditPage {
  /** Newest first. */
  readonly lines: readonly AuditLine[];
  /** How many lines were looked at, and whether those were all that could have been meant. */
  readonly looked: number;
  readonly complete: boolean;
  /** Of those, how many cannot be read; `swarmline audit verify` names the first. */
  readonly unreadable: number;
}

/** The door out of the record. */
export interface AuditReader {
  /** The newest `limit` that fit, among the newest `most` (default: all). @throws SwarmError REDIS_* */
  query(filter: AuditFilter, bounds: { readonly limit: number; readonly most?: number }): Promise<AuditPage>;
  /** The line of an event that a flow has once, however far back within some days. @throws SwarmError REDIS_* */
  find(correlationId: string, event: AuditEvent): Promise<AuditLine | null>;
}
