// What people see of the watch: the silence of an agent in words, and its troubles for the alerts. Pure.
import { type Sign, type StallView, signText, stallTiers, type WatchView } from '../../contracts/watch.ts';
import type { Run } from '../run.ts';
import type { StallOptions } from './config.ts';
import { noEvidence } from './evidence.ts';
import { type Facts, factsOf, nothingReceived } from './facts.ts';
import { silentSince, withoutInbox } from './judge.ts';
import { minutesAgo, type Nudged, nudgeText } from './nudge-told.ts';
import { signList } from './quiet.ts';
import { newWatch, type Watch } from './record.ts';
import { merged, signsSince, wordsSince } from './remember.ts';

/** Such as `a commit, 14 min ago`. */
export function lastSign([newest]: readonly Sign[], now: number): string {
  if (!newest) return 'nothing was ever seen of it';
  return `${signText(newest)}, ${minutesAgo(newest.at, now)}`;
}

/** Every trouble that holds. One that has come further keeps what it was before, so that nobody is told it was over. */
export function stallsOf(watch: Watch, now: number, around: Nudged = {}): StallView[] {
  const { agent, tier, since, proposals, outOfGasSince } = watch;
  const { hasInbox = true } = around;
  const mend = hasInbox
    ? `send it some: gas send ${agent} "…"`
    : `${withoutInbox}; give it its next mission where it works`;
  const outOfGas: StallView[] =
    outOfGasSince === null ? [] : [{ agent, kind: 'out-of-gas', since: outOfGasSince, detail: mend }];
  const at = stallTiers.indexOf(tier);
  if (since === null || at < 1) return outOfGas;
  const last = `last sign: ${lastSign(signList(watch), now)}`;
  const detail = `${last}; ${nudgeText(watch, now, around)}`;
  const quiet: StallView = { agent, kind: 'quiet', since, detail };
  const offer: StallView[] =
    proposals.length === 0
      ? []
      : [{ agent, kind: 'reassign', since, detail: `${last}; ${offerText(proposals)}` }];
  const human = at < stallTiers.indexOf('human') ? [] : [{ agent, kind: 'stalled' as const, since, detail }];
  return [quiet, ...offer, ...human, ...outOfGas];
}

/**
 * What `agents` shows: by what was stored last and the run as it is now, also where no watch runs. What the run has told
 * since the last look counts as the next look will count it.
 */
export function watchView(run: Run, known: Watch | null, now: number, options: StallOptions): WatchView {
  const watch = known ?? newWatch(run.agent, now, 0);
  const isWatched = known !== null && options.enabled;
  const told = factsOf({ run, evidence: noEvidence, received: nothingReceived });
  const facts: Facts = {
    ...told,
    signs: isWatched ? signsSince(watch, told, now) : told.signs,
  };
  const words = wordsSince(isWatched ? watch : { ...told, words: watch.words }, told);
  const since = watch.waitsFor === null ? silentSince(watch, facts, now, options) : null;
  const isOutOfGas = facts.isComplete && facts.epoch === watch.epoch;
  return {
    signs: signList({ signs: merged(watch.signs, facts.signs, now), words }),
    silentSince: since,
    tier: since === null ? 'none' : watch.tier,
    outOfGasSince: isOutOfGas ? watch.outOfGasSince : null,
    waitsFor: watch.waitsFor,
    ...(since !== null && watch.proposals.length > 0 && { offered: watch.proposals.length }),
    ...(since !== null && watch.given > 0 && { given: watch.given }),
  };
}

/** A watch without what its run has ended since the last look. @param run null: nobody can read it */
export function asTold(watch: Watch, run: Run | null, now: number, options: StallOptions): Watch {
  if (run === null) return watch;
  const { silentSince: silent, outOfGasSince } = watchView(run, watch, now, options);
  return { ...watch, outOfGasSince, since: silent === null ? null : watch.since };
}

/** So many commands fit into one alert. */
const mostNamed = 3;

function offerText(proposals: Watch['proposals']): string {
  const named = proposals
    .slice(0, mostNamed)
    .map(({ delivery, to }) => `gas reassign ${delivery.slice(0, 8)} ${to}`);
  const what = proposals.length === 1 ? 'gas' : `${proposals.length} pieces of gas`;
  const more = proposals.length > mostNamed ? `, and ${proposals.length - mostNamed} more` : '';
  return `to give its ${what} away: ${named.join(', ')}${more}`;
}
