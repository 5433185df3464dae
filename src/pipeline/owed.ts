// What is still owed to a delivery at a moment. Pure; ledger.ts does it, and the simulation does the same without Redis.
import { detailOf, isToBeFetched, stepMarks } from '../contracts/agents.ts';
import { type Delivery, isClosed, isLaid, owedSince } from './delivery.ts';
import { kindOf } from './gas.ts';

export interface OwedRules {
  /** Without an acknowledgement it expires after this, ms. */
  readonly ackTimeoutMs: number;
  /** How often it is laid down before somebody else gets it. */
  readonly ackTries: number;
  /** Before the second try, ms; each pause is twice the one before. */
  readonly ackRetryMs: number;
}

export type Owed =
  /** It waits, for whoever is at the turn. */
  | { readonly do: 'nothing' }
  /** Its sender may have been let go. */
  | { readonly do: 'let-go' }
  | { readonly do: 'dispatch' }
  /** Its job may be lost; the number tells one repetition from the next. */
  | { readonly do: 'requeue'; readonly retry: number }
  | { readonly do: 'retry'; readonly detail: string }
  | { readonly do: 'expire'; readonly detail: string }
  /** Its receiver cannot or does not: whoever stands in gets it, or a person is told. */
  | { readonly do: 'escalate'; readonly why: string }
  /** Its receiver may have it, or not: nobody else is to get it, and a person is told. */
  | { readonly do: 'call'; readonly why: string }
  /** Its last report may be missing. */
  | { readonly do: 'close' };

/** A job that stays `queued` this long is looked for: it may be lost, or lie in a queue that is paused. */
const requeueAfterMs = 120_000;

export function owedTo(delivery: Delivery, now: number, rules: OwedRules): Owed {
  const { state } = delivery;
  if (isClosed(state)) return owedToClosed(delivery);
  if (state === 'held') return { do: 'let-go' };
  const since = owedSince(delivery);
  const until = delivery.keptUntil ?? since + rules.ackTimeoutMs;
  if (now >= until) {
    const within = `within ${Math.round((until - since) / 1_000)} s`;
    return { do: 'expire', detail: `not ${undone(delivery)} ${within}` };
  }
  if (state === 'pending') return { do: 'dispatch' };
  if (isLaid(delivery)) return owedToLaid(delivery, now, rules);
  if (isToBeTold(delivery, now, rules)) {
    const waited = Math.round((now - delivery.since) / 1_000);
    const met = detailOf(delivery);
    const why = `nobody can tell for ${waited} s whether it was handed over`;
    return { do: 'call', why: met === '' ? why : `${why}: ${met}` };
  }
  // Where nobody knows whether it lies there, laying it down once more tells.
  const waited = now - delivery.since;
  // 1, 2, 3… at 2, 4, 8… minutes: the sweep of every minute adds few jobs, each with an id of its own.
  return waited < requeueAfterMs
    ? { do: 'nothing' }
    : { do: 'requeue', retry: 1 + Math.floor(Math.log2(waited / requeueAfterMs)) };
}

/** Since when its receiver may be asked again, ms since the epoch. */
function nextTryAt({ since, tries }: Pick<Delivery, 'since' | 'tries'>, ackRetryMs: number): number {
  return since + ackRetryMs * (2 ** tries - 1);
}

/** What nobody knows of is told when what was sent and not acknowledged would be; it is laid down on. */
function isToBeTold(delivery: Delivery, now: number, { ackTries, ackRetryMs }: OwedRules): boolean {
  const { state, alert, since } = delivery;
  if (state !== 'unknown' || alert !== null || !isEscalated(delivery)) return false;
  return now >= nextTryAt({ since, tries: ackTries }, ackRetryMs);
}

/** Whether nothing more is to be done about it, but for its last report. */
export function isSettled(delivery: Delivery): boolean {
  const { state, alert } = delivery;
  if (!isClosed(state)) return false;
  const isLost = state === 'failed' || state === 'expired';
  return !isLost || alert !== null || !isEscalated(delivery);
}

/** What has not come about. */
function undone(delivery: Delivery): 'sent' | 'fetched' | 'acknowledged' {
  if (isToBeFetched(delivery)) return 'fetched';
  return delivery.state === 'pending' || delivery.state === 'queued' ? 'sent' : 'acknowledged';
}

function owedToLaid(delivery: Delivery, now: number, { ackTries, ackRetryMs }: OwedRules): Owed {
  const { tries, alert, since } = delivery;
  if (alert !== null || now < nextTryAt({ since, tries: Math.max(1, tries) }, ackRetryMs))
    return { do: 'nothing' };
  const waited = `not ${undone(delivery)} within ${Math.round((now - since) / 1_000)} s`;
  if (tries < ackTries)
    return { do: 'retry', detail: `${stepMarks.again}${tries + 1} of ${ackTries} is due: ${waited}` };
  return isEscalated(delivery) ? { do: 'escalate', why: `${waited}, ${tries} tries` } : { do: 'nothing' };
}

function owedToClosed(delivery: Delivery): Owed {
  if (isSettled(delivery)) return { do: 'close' };
  const { state, steps } = delivery;
  return { do: 'escalate', why: steps.at(-1)?.detail || state };
}

/** What an agent hands over must not be lost; what a person or the clock sends is told as lost to whoever sent it. */
function isEscalated({ gas }: Delivery): boolean {
  return kindOf(gas) === 'checkpoint';
}
