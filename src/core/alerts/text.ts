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
export function noticeTitle({ kind, severity, alerts, more }: Notice): string {
  const [first] = alerts;
  const all = alerts.length + more.alerts;
  const what = all === 1 && first ? first.title : `${all} alerts`;
  const how = kind === 'resolved' ? '' : ` (${severity})`;
  return `${heads[kind]}${how}: ${plainText(what, 160)}`;
}

/** One line per alert that is named, and one for the others. */
export function noticeLines({ kind, alerts, more }: Notice): string[] {
  const lines = alerts.map((alert) => alertLine(alert, kind === 'summary'));
  if (more.alerts === 0) return lines;
  const { length } = more.sources;
  const kinds = length === 1 ? '1 kind' : `${length} kinds`;
  return [...lines, `and ${more.alerts.toLocaleString('en-US')} more of ${kinds}`];
}

function alertLine({ title, detail, since, over, runbook, key }: NoticedAlert, mixed: boolean): string {
  const at = utc(since, 's');
  const head = `${mixed && over ? 'no longer so: ' : ''}${plainText(title, 120)}`;
  if (over) return `${head} (${key}, since ${at})`;
  const why = detail === '' ? '' : `: ${plainText(detail, 200)}`;
  return `${head}${why} (${key}, since ${at}; ${runbook})`;
}
