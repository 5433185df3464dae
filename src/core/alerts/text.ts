// Notices as people read them, in chat and in a webhook's text.
import { plainText } from '../text.ts';
import { utc } from '../utc.ts';
import type { Notice, NoticedAlert } from './alert.ts';

const heads: Readonly<Record<Notice['kind'], string>> = {
  firing: 'Alert',
  resolved: 'No longer so',
  escalated: 'Still so, and nobody has silenced it',
  summary: 'Alerts',
};

/** One line that says what it is. */
export function noticeTitle(notice: Notice): string {
  const { kind, severity, alerts, more } = notice;
  const what = onlyOf(notice)?.title ?? `${alerts.length + more.alerts} alerts`;
  const how = kind === 'resolved' ? '' : ` (${severity})`;
  return `${heads[kind]}${how}: ${plainText(what, 160)}`;
}

/** One line per alert that is named, and one for the others; what the title says is not said again. */
export function noticeLines(notice: Notice): string[] {
  const { kind, alerts, more } = notice;
  const only = onlyOf(notice);
  if (only) return [line(only.over ? '' : plainText(only.detail, 200), only)];
  const lines = alerts.map((alert) => line(headOf(alert, kind === 'summary'), alert));
  if (more.alerts === 0) return lines;
  const { length } = more.sources;
  const kinds = length === 1 ? '1 kind' : `${length} kinds`;
  return [...lines, `and ${more.alerts.toLocaleString('en-US')} more of ${kinds}`];
}

/** The one that the notice is of, where it is of no other. */
function onlyOf({ alerts, more }: Notice): NoticedAlert | undefined {
  return alerts.length + more.alerts === 1 ? alerts[0] : undefined;
}

function headOf({ title, detail, over }: NoticedAlert, mixed: boolean): string {
  const head = `${mixed && over ? 'no longer so: ' : ''}${plainText(title, 120)}`;
  return over || detail === '' ? head : `${head}: ${plainText(detail, 200)}`;
}

function line(head: string, { over, key, since, runbook }: NoticedAlert): string {
  const where = `${key}, since ${utc(since, 's')}${over ? '' : `; ${runbook}`}`;
  return head === '' ? where : `${head} (${where})`;
}
