// The answer to "may they?": every gate that was looked at, in order, and which one blocks. Pure words, no decision.
import type { Identity, Place } from '../contracts/chat.ts';

/** What is asked. `place` is null where no place is known, such as right before an effect. */
export interface Wish {
  readonly identity: Identity;
  /** Such as `service.restart:slam`. */
  readonly permission: string;
  readonly place: Place | null;
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

/** What was decided, and by which gates. */
export interface Verdict {
  readonly allowed: boolean;
  /** Every gate, also those behind the one that blocks. */
  readonly gates: readonly Gate[];
  /** The first closed gate; null when allowed. */
  readonly blockedBy: Gate | null;
  /** Of the rules and grants that it was decided by; another text when any of them changed. */
  readonly policyVersion: string;
}
