// What the way of a command needs, and the refusals that more than one step of it gives.
import type { Approvals, AuditSink, Policy, Verdict, Wish } from '../access/index.ts';
import { principalOf } from '../access/index.ts';
import type { Meter } from '../contracts/metrics.ts';
import type { FaultSink } from '../core/faults.ts';
import type { Logger } from '../core/logger.ts';
import type { Tracer } from '../core/tracing/index.ts';
import type { Bounds } from './admit.ts';
import type { Reply } from './reply.ts';
import type { CommandPorts } from './spec.ts';

export interface IntakeDeps extends CommandPorts {
  readonly policy: Policy;
  readonly approvals: Approvals;
  /** Absent: nothing is held back, and the same use again goes the whole way again. */
  readonly bounds?: Bounds;
  /** Absent: nothing is recorded. */
  readonly audit?: AuditSink;
  /** Told of every verdict that this use meets. */
  readonly onVerdict?: (verdict: Verdict) => void;
  readonly logger: Logger;
  readonly faults: FaultSink;
  /** Default: nothing is counted. */
  readonly meter?: Meter;
  /** Default: nothing is traced. */
  readonly tracer?: Tracer;
}

/** Whether a wish is allowed: the refusal where it is not, else what it was judged by. */
export type Judged =
  | { readonly refusal: Extract<Reply, { kind: 'refusal' }> }
  | { readonly verdict: Verdict };

/** What a verdict on a wish comes to. @throws SwarmError that kept the rights from being read */
export function judged(
  deps: IntakeDeps,
  { identity, permission }: Wish,
  { command, verdict }: { readonly command: string; readonly verdict: Verdict },
): Judged {
  deps.onVerdict?.(verdict);
  const { blockedBy, fault } = verdict;
  if (fault) throw fault;
  if (blockedBy === null) return { verdict };
  deps.logger.warn({ command, permission, by: principalOf(identity), gate: blockedBy.name }, 'denied');
  const text = `Not allowed for ${identity.name}: ${blockedBy.detail}.`;
  return { refusal: { kind: 'refusal', code: 'denied', text } };
}

export function nothingToConfirm(id: string): Extract<Reply, { kind: 'refusal' }> {
  return {
    kind: 'refusal',
    code: 'no-confirmation',
    text: `Nothing waits for a decision under \`${id.slice(0, 24)}\`; it may have expired. Ask again.`,
  };
}
