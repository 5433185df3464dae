// The record of who wished what, what was decided and what became of it: append-only, each line bound to the one before it
// by its hash, written before the effect.
import type { Place } from '../contracts/chat.ts';

export const auditEvents = ['refused', 'asked', 'decided', 'executing', 'changed', 'ended'] as const;
export type AuditEvent = (typeof auditEvents)[number];

/** What one line says. */
export interface AuditEntry {
  readonly event: AuditEvent;
  readonly correlationId: string;
  /** The person, and the identity (`surface:id`) they spoke with; `system:<part>` where nobody did. */
  readonly person: string;
  readonly principal: string;
  readonly place: Place | null;
  readonly command: string;
  /** As they were bound, secrets replaced. */
  readonly args: Readonly<Record<string, string>>;
  /** In one word: `allowed`, `denied`, `approved`, `declined`, `expired`, or the state of an end. */
  readonly verdict: string;
  /** Why, or what came of it; for people. */
  readonly detail: string;
  /** Persons who said yes beside the one who asked. */
  readonly approvers: readonly string[];
  readonly policyVersion: string;
}

/** An entry in its place in the chain. */
export interface AuditLine extends AuditEntry {
  /** From 1, without a gap. */
  readonly seq: number;
  /** Ms since the epoch. */
  readonly at: number;
  /** SHA-256 over the line before and this one, hex. */
  readonly hash: string;
}

/** The door into the record. */
export interface AuditSink {
  /** Resolves when the line is stored. @throws SwarmError AUDIT_UNAVAILABLE: then nothing may be done */
  append(entry: AuditEntry): Promise<AuditLine>;
}
