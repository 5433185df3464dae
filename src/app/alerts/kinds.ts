// Every kind of alert that there is. docs/runbook.md says of each what it means and what to do; a test holds the two together.
import type { AlertSignal, Severity } from '../../core/alerts/alert.ts';

interface AlertKind {
  /** Alerts of one source and severity are told together. */
  readonly source: string;
  readonly severity: Severity;
}

export const alertKinds = {
  'link-down': { source: 'links', severity: 'critical' },
  'link-lost': { source: 'links', severity: 'warning' },
  'part-braked': { source: 'parts', severity: 'critical' },
  'part-given-up': { source: 'parts', severity: 'warning' },
  'clock-skew': { source: 'clock', severity: 'critical' },
  'role-unfilled': { source: 'roles', severity: 'critical' },
  'circuit-open': { source: 'circuits', severity: 'warning' },
  'policy-broken': { source: 'policy', severity: 'critical' },
  'audit-broken': { source: 'audit', severity: 'critical' },
  'chain-broken': { source: 'chain', severity: 'warning' },
  'gas-unanswered': { source: 'gas', severity: 'critical' },
  'agent-quiet': { source: 'agents', severity: 'warning' },
  'agent-reassign': { source: 'agents', severity: 'warning' },
  'agent-stalled': { source: 'agents', severity: 'critical' },
  'agent-out-of-gas': { source: 'agents', severity: 'warning' },
  'job-failed': { source: 'jobs', severity: 'warning' },
  'error-rate': { source: 'errors', severity: 'warning' },
  'needs-person': { source: 'errors', severity: 'warning' },
} as const satisfies Record<string, AlertKind>;

export type AlertKindName = keyof typeof alertKinds;

interface Told extends Pick<AlertSignal, 'title' | 'detail' | 'since'> {
  /** Default 1. */
  readonly count?: number;
}

/** A signal of a kind. `of` tells several of one kind apart: the link, the part, the code. */
export function signalOf(
  kind: AlertKindName,
  of: string | null,
  { title, detail, count = 1, since }: Told,
): AlertSignal {
  return {
    ...alertKinds[kind],
    // Without spaces, and without what a host has and `silence` does not take: people type it.
    key: of === null ? kind : `${kind}/${of.replaceAll(/[ :[\]]/g, '-')}`,
    title,
    detail,
    count,
    runbook: `docs/runbook.md#alert-${kind}`,
    labels: { kind },
    ...(since === undefined ? {} : { since }),
  };
}
