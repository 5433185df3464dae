// Puts what is due into as few notices as may be sent: one per group, and when those are too many, one for all the rest.
import type { Alert, Notice, NoticedAlert, Severity } from './alert.ts';

export interface Due {
  readonly firing: readonly Alert[];
  readonly escalated: readonly Alert[];
  readonly over: readonly Alert[];
  /** Source → how many alerts of it were not kept. */
  readonly overflow: ReadonlyMap<string, number>;
}

/** A notice names this many alerts and counts the others. */
const named = 5;

type Draft = Pick<Notice, 'kind'> & {
  readonly alerts: readonly NoticedAlert[];
  /** Of this source and not kept. */
  readonly uncounted: ReadonlyMap<string, number>;
};

/** At most `atMost` notices that tell all of it, the worst first; none when none may be sent. */
export function noticesOf(
  due: Due,
  { at, atMost }: { readonly at: number; readonly atMost: number },
): Notice[] {
  const drafts = [
    ...groups('firing', due.firing, due.overflow),
    ...(due.escalated.length === 0 ? [] : [draft('escalated', due.escalated)]),
    ...groups('resolved', due.over, new Map()),
  ].toSorted((a, b) => rank(b) - rank(a));
  if (atMost < 1) return [];
  if (drafts.length <= atMost) return drafts.map((one) => toNotice(one, at));
  const alone = drafts.slice(0, atMost - 1);
  return [...alone, together(drafts.slice(atMost - 1))].map((one) => toNotice(one, at));
}

/** The same notice with the first few by name, and the others counted: what fits into a message. */
export function shortened(notice: Notice): Notice {
  const rest = notice.alerts.slice(named);
  const sources = new Set([...rest.map(({ source }) => source), ...notice.more.sources]);
  return {
    ...notice,
    alerts: notice.alerts.slice(0, named),
    more: { alerts: rest.length + notice.more.alerts, sources: [...sources] },
  };
}

/** The list of what is over, with one more; the oldest are forgotten above the limit. */
export function ended(over: readonly Alert[], alert: Alert, limit: number): Alert[] {
  return [...over, alert].slice(-limit);
}

function groups(
  kind: 'firing' | 'resolved',
  alerts: readonly Alert[],
  overflow: ReadonlyMap<string, number>,
): Draft[] {
  const byGroup = new Map<string, Alert[]>();
  for (const alert of alerts) {
    const group = `${alert.severity} ${alert.source}`;
    byGroup.set(group, [...(byGroup.get(group) ?? []), alert]);
  }
  const left = new Map(overflow);
  const drafts = [...byGroup.values()].map((group): Draft => {
    const source = group[0]?.source ?? '';
    const uncounted = left.get(source);
    left.delete(source);
    return draft(kind, group, uncounted === undefined ? new Map() : new Map([[source, uncounted]]));
  });
  return left.size === 0 ? drafts : [...drafts, draft(kind, [], left)];
}

function draft(kind: Notice['kind'], alerts: readonly Alert[], uncounted = new Map<string, number>()): Draft {
  return { kind, alerts: alerts.map((alert) => ({ ...alert, over: kind === 'resolved' })), uncounted };
}

function together(drafts: readonly Draft[]): Draft {
  const uncounted = new Map<string, number>();
  for (const [source, count] of drafts.flatMap((one) => [...one.uncounted])) {
    uncounted.set(source, (uncounted.get(source) ?? 0) + count);
  }
  return { kind: 'summary', alerts: drafts.flatMap(({ alerts }) => alerts), uncounted };
}

function toNotice({ kind, alerts, uncounted }: Draft, at: number): Notice {
  const sorted = alerts.toSorted((a, b) => weight(b.severity) - weight(a.severity));
  const lost = [...uncounted.values()].reduce((sum, count) => sum + count, 0);
  return {
    kind,
    severity: sorted[0]?.severity ?? 'warning',
    at,
    alerts: sorted,
    more: { alerts: lost, sources: [...uncounted.keys()] },
  };
}

function rank({ kind, alerts }: Draft): number {
  const worst = Math.max(0, ...alerts.map(({ severity }) => weight(severity)));
  return 2 * worst + (kind === 'resolved' ? 0 : 1);
}

function weight(severity: Severity): number {
  return severity === 'critical' ? 2 : 1;
}
