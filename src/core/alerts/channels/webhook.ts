// Alerts as an HTTP POST of JSON: the way out that no chat can close. Behind a guard, so that a receiver that is away is
// tried again within reason, and what waits for it is bounded.
import { hash } from 'node:crypto';
import { coreErrors, SwarmError } from '../../errors.ts';
import { fetchFaultText } from '../../fetch-faults.ts';
import type { GuardMaker } from '../../recovery/guards.ts';
import type { Secret } from '../../secret.ts';
import type { Notice } from '../alert.ts';
import { noticeLines, noticeTitle } from '../text.ts';
import type { AlertChannel } from './channel.ts';

export interface WebhookChannelOptions {
  /** Often its path is what lets one in, so it is never printed. */
  readonly url: Secret;
  /** What tells this installation from others. */
  readonly from: string;
}

// One at a time, so that "over" does not overtake "fires".
const guardOptions = {
  timeoutMs: 5_000,
  retries: 2,
  backoff: { initialMs: 500, maxMs: 5_000 },
  atOnce: 1,
  waiting: 50,
  refusesForMs: 30_000,
} as const;

/** Longer than a receiver needs for a restart. */
const lateForMs = 15 * 60_000;

/** Creates the channel; nothing is sent before the first alert. */
export function createWebhookChannel(
  { guards }: { readonly guards: GuardMaker },
  { url, from }: WebhookChannelOptions,
): AlertChannel {
  const to = placeOf(url);
  // Processes may have different receivers, and who reads of a circuit is to know which.
  const guard = guards.guard({ ...guardOptions, name: `alert-webhook ${to.word}` });
  return {
    name: 'webhook',
    to,
    lateForMs,
    send: (notice, signal) => guard.run((within) => post(url, bodyOf(notice, from), within), { signal }),
  };
}

// The URL itself must neither lie in Redis nor be printed.
function placeOf(url: Secret): NonNullable<AlertChannel['to']> {
  const { host, href } = new URL(url.reveal());
  return { word: host, id: hash('sha256', href).slice(0, 12) };
}

/** `text` is what Slack, Mattermost and their like show; the rest is for programs. */
function bodyOf(notice: Notice, from: string): string {
  const text = [noticeTitle(notice), ...noticeLines(notice)].join('\n');
  return JSON.stringify({ v: 1, from, text, ...notice });
}

async function post(url: Secret, body: string, signal: AbortSignal): Promise<void> {
  const response = await reach(url, body, signal);
  // What is not read keeps the connection.
  await response.body?.cancel().catch(() => undefined);
  if (response.ok) return;
  const said = `the alert webhook answered HTTP ${response.status}`;
  if (response.status === 429) throw limited(said, response.headers.get('retry-after'));
  const passes = response.status >= 500 || response.status === 408;
  throw new SwarmError(passes ? coreErrors.alertUndelivered : coreErrors.alertRefused, said);
}

async function reach(url: Secret, body: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url.reveal(), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal,
      // A redirect would carry the alert to somebody whom nobody named.
      redirect: 'error',
    });
  } catch (thrown) {
    const said = `the alert webhook was not reached: ${fetchFaultText(thrown)}`;
    // Without the cause: some libraries put the whole URL into it.
    throw new SwarmError(coreErrors.alertUndelivered, said);
  }
}

function limited(said: string, retryAfter: string | null): SwarmError {
  const seconds = Number(retryAfter ?? Number.NaN);
  const wait = Number.isFinite(seconds) && seconds >= 0 ? { retryAfterMs: 1_000 * seconds } : {};
  return new SwarmError(coreErrors.alertLimited, said, wait);
}
