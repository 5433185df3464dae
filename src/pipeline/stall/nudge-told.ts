// What people are told of a nudge: what became of its delivery, and not that it was decided.
import { detailOf, isToBeFetched, wordOf } from '../../contracts/agents.ts';
import { plainText } from '../../core/text.ts';
import type { Delivery } from '../delivery.ts';
import type { GasStore } from '../store.ts';
import { withoutInbox } from './judge.ts';
import type { Watch } from './record.ts';

/** What is known of an agent that may have been nudged. */
export interface Nudged {
  /** The delivery of its newest nudge; null: there is none, or its record is gone or cannot be read. */
  readonly nudge?: Delivery | null;
  /** Whether anything can be given to it; default true. */
  readonly hasInbox?: boolean;
}

/** Reads what became of their newest nudges. @throws SwarmError REDIS_* */
export async function readNudges(
  store: Pick<GasStore, 'deliveries'>,
  watches: readonly (Watch | null)[],
): Promise<(watch: Watch) => Delivery | null> {
  const ids = watches.flatMap((watch) => watch?.nudge ?? []);
  const { values } = await store.deliveries(ids);
  const nudges = new Map(ids.map((id, at) => [id, values[at] ?? null]));
  return ({ nudge }) => nudges.get(nudge ?? '') ?? null;
}

/** Of the present silence; before its nudge is due, of an earlier one that no work has followed. */
export function nudgeText(watch: Watch, now: number, { nudge = null, hasInbox = true }: Nudged): string {
  const { tier, unnudged, nudges, signs, owed } = watch;
  // The delivery is made after it was decided.
  const isOwed = owed.some(({ kind }) => kind === 'nudge');
  const tell = (when: string) => (nudge === null && isOwed ? underWay(when) : toldOf(nudge, when));
  if (tier !== 'warn') return unnudged === null ? tell('') : `not nudged: ${unnudged}`;
  const workedAt = Math.max(signs.progress ?? 0, signs.commit ?? 0);
  const last = nudges.at(-1) ?? 0;
  if (last > workedAt) return `${tell(minutesAgo(last, now))}, not again yet`;
  return hasInbox ? 'not nudged yet' : `not nudged: ${withoutInbox}`;
}

/** Such as `14 min ago`. */
export function minutesAgo(at: number, now: number): string {
  return `${Math.max(0, Math.floor((now - at) / 60_000))} min ago`;
}

/** @param when empty: once, in this silence */
function toldOf(nudge: Delivery | null, when: string): string {
  const at = when === '' ? '' : ` ${when}`;
  if (nudge === null) return `a nudge was decided${at}, and what became of it is not known`;
  const one = nudgeOf(when);
  const got = `nudged${at || ' once'}`;
  switch (nudge.state) {
    case 'sent':
      return `${got} (sent, not acknowledged)`;
    case 'accepted':
    case 'working':
      return `${got} (${acknowledged(nudge)})`;
    case 'unknown':
      return `${one} may have come or not, nobody can tell`;
    case 'queued':
      return isToBeFetched(nudge) ? `${one} waits to be fetched` : underWay(when);
    case 'pending':
      return underWay(when);
    case 'failed':
    case 'expired':
      return `${one} ${nudge.state}: ${plainText(detailOf(nudge), 200)}`;
    case 'held':
    case 'suppressed':
    case 'rerouted':
      return `${one} is ${nudge.state}`;
  }
}

function underWay(when: string): string {
  return `${nudgeOf(when)} under way`;
}

function nudgeOf(when: string): string {
  return when === '' ? 'nudge' : `nudge of ${when}`;
}

function acknowledged(nudge: Delivery): string {
  const detail = detailOf(nudge);
  return detail.startsWith(wordOf) ? `acknowledged ${plainText(detail, 80)}` : 'acknowledged';
}
