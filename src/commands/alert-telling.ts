// How far an alert got with people, in the words of `alerts` and `status`: told, not told yet, or could not be told and why.
import type { AlertWay, HeldWay, ProcessView } from '../contracts/system.ts';
import { plainText } from '../core/text.ts';
import { formatAge } from './render.ts';

/** An alert as each process that sees it has it. */
type Sights = readonly Pick<ProcessView['alerts'][number], 'telling' | 'ways' | 'held' | 'silencedUntil'>[];

/** A way as `waysText` tells it; of one that is `held`, `at` is when it has a message again. */
type Known = Omit<AlertWay, 'state'> & { readonly state: AlertWay['state'] | 'held' };

/** What waits for its chat no longer than this is on its way, ms. */
const patienceMs = 60_000;

/** Empty where nothing is known of it, and of one that is silenced and so not told. */
export function tellingText(sights: Sights, now: number): string {
  const ways = waysOf(sights);
  if (ways.length > 0) return waysText(ways, now);
  const tellings = sights.flatMap(({ telling }) => telling ?? []);
  if (tellings.includes('told')) return 'told by another process';
  if (tellings.includes('waiting')) return isSilenced(sights) ? '' : 'not told yet';
  if (tellings.includes('elsewhere')) return 'left to another process, and not known to be told yet';
  return tellings.includes('nowhere') ? 'told nowhere, since there is no way out' : '';
}

/** Whether it did not get through on one of its ways, is held back there, or has waited for long. */
export function isUntold(sights: Sights, now: number): boolean {
  return waysOf(sights).some(
    ({ state, at, byOther }) =>
      state === 'missed' ||
      state === 'held' ||
      (state === 'kept' && byOther !== true && now - at > patienceMs),
  );
}

const best: readonly AlertWay['state'][] = ['told', 'kept', 'sending', 'missed'];

// While Redis is away each process tells it: what one of them got through has arrived. Who told it knows it best, and who
// has used up the messages of a way does not know yet whether another told it there.
function waysOf(sights: Sights): readonly Known[] {
  const given = sights.flatMap(({ ways }) => ways).toSorted((a, b) => rank(a) - rank(b));
  const held = sights.flatMap((sight) => sight.held).toSorted((a, b) => a.until - b.until);
  const all: Known[] = [...given, ...held.map(toKnown)];
  const each = all.filter((way, i) => all.findIndex((one) => isSame(one, way)) === i);
  const isAlone = (way: Known) => each.every((one) => one === way || one.name !== way.name);
  // Two receivers of one host.
  return each.map((way) => (isAlone(way) ? way : { ...way, name: `${way.name} (${way.id ?? 'any'})` }));
}

function toKnown({ until, ...way }: HeldWay): Known {
  return { ...way, state: 'held', at: until, why: '', again: true };
}

function isSame(a: Known, b: Known): boolean {
  return a.name === b.name && a.id === b.id;
}

function rank({ state, byOther }: AlertWay): number {
  return best.indexOf(state) + (byOther === true ? best.length : 0);
}

function waysText(ways: readonly Known[], now: number): string {
  const those = (state: Known['state']) => ways.filter((way) => way.state === state);
  const [told, queued, sending, missed] = [those('told'), those('kept'), those('sending'), those('missed')];
  const kept = queued.filter(({ byOther }) => byOther !== true);
  // Whoever queued it would say whether it was shown, and says nothing any more.
  const left = queued.filter(({ byOther }) => byOther === true);
  const met = missed.map(
    ({ name, why, again }) => `${name} (${plainText(why, 100)}${again ? ', tried again' : ''})`,
  );
  const held = those('held').map(
    ({ name, at }) => `${name} (its messages are used up; the next goes out in ${formatAge(at - now)})`,
  );
  const reached = told.length + queued.length + sending.length > 0;
  return [
    ...(told.length === 0 ? [] : [`told by ${names(told)}`]),
    ...(kept.length === 0 ? [] : [`queued for ${names(kept)}, not shown there yet`]),
    ...(left.length === 0 ? [] : [`queued for ${names(left)}, not known whether shown there`]),
    ...(sending.length === 0 ? [] : [`being told by ${names(sending)}`]),
    ...(held.length === 0 ? [] : [`not yet by ${held.join(', ')}`]),
    ...(met.length === 0 ? [] : [`${reached ? 'not' : 'could not be told'} by ${met.join(', ')}`]),
  ].join('; ');
}

function names(ways: readonly Known[]): string {
  return ways.map(({ name }) => name).join(', ');
}

function isSilenced(sights: Sights): boolean {
  return sights.every(({ silencedUntil }) => silencedUntil !== null);
}
