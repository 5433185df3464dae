// What is done about ticks that passed while nobody ran: which they were, which of them still run, and which are skipped.
// Pure; schedule.ts looks and enqueues.

/** `skip`: none of them runs. `once`: the newest does. `all`: each does, oldest first. */
export const catchUps = ['skip', 'once', 'all'] as const;
export type CatchUp = (typeof catchUps)[number];

const minuteMs = 60_000;
/** Longer ago nobody looks, ms: what was due then is counted among the skipped no more. */
const lookBackMs = 7 * 24 * 3_600_000;

/** The ticks after `after` and up to `until`, ms since the epoch, oldest first. A cron expression of five fields has whole minutes. */
export function ticksBetween(
  matches: (date: Date) => boolean,
  { after, until }: { readonly after: number; readonly until: number },
): readonly Date[] {
  const from = Math.max(after, until - lookBackMs);
  const ticks: Date[] = [];
  for (let at = (Math.floor(from / minuteMs) + 1) * minuteMs; at <= until; at += minuteMs) {
    const date = new Date(at);
    if (matches(date)) ticks.push(date);
  }
  return ticks;
}

/** `run` still run, in their order; `skipped` never do, and are told. */
export interface Settled {
  readonly run: readonly Date[];
  readonly skipped: readonly Date[];
}

/** More are not caught up with, however many passed: an agent would do nothing else for hours. */
export const mostCaughtUp = 100;

/** What becomes of `missed`, oldest first. */
export function settleMissed(catchUp: CatchUp, missed: readonly Date[]): Settled {
  const count = { skip: 0, once: 1, all: mostCaughtUp }[catchUp];
  const from = Math.max(0, missed.length - count);
  return { run: missed.slice(from), skipped: missed.slice(0, from) };
}
