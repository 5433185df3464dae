// The answer to "may they?": every gate that was looked at, in order, and which one blocks. Pure words, no decision.
import type { Identity, Place, Surface } from '../contracts/chat.ts';
import type { SwarmError } from '../core/errors.ts';
import type { Recorded } from './recall.ts';

/** `discord:123`: how an identity is written in policies, jobs and logs. */
export type Principal = `${Surface}:${string}`;

/** What is asked. `place` is null where no place is known, such as right before an effect. */
export interface Wish {
  readonly identity: Identity;
  /** Such as `service.restart:slam`. */
  readonly permission: string;
  readonly place: Place | null;
  /** What `read` of the policy finds of the identity; absent: it is read now. */
  readonly reading?: Reading;
}

/** What is recorded of an identity, asked for a moment before it is known for which wish. */
export interface Reading {
  readonly principal: string;
  /** Of the rules by which it was read; under others it counts for nothing. */
  readonly version: string;
  readonly recorded: Promise<Recorded>;
}

export const gateNames = ['policy', 'deny', 'grant', 'place', 'platform'] as const;
export type GateName = (typeof gateNames)[number];

/** One thing that stands between a wish and its effect. */
export interface Gate {
  readonly name: GateName;
  readonly open: boolean;
  /** Why it is open or closed, for people; names the rule and where it stands. */
  readonly detail: string;
}

/** Whether somebody may, and every gate that was looked at. */
export interface Verdict {
  readonly allowed: boolean;
  /** Every gate, also those behind the one that blocks. */
  readonly gates: readonly Gate[];
  /** The first closed gate; null when allowed. */
  readonly blockedBy: Gate | null;
  /** Of the rules and grants that it was decided by; another text when any of them changed. */
  readonly policyVersion: string;
  /** What kept the rights from being read: nothing is allowed, and nothing is known of the person either. */
  readonly fault?: SwarmError;
}
