// How far an alert got with people, in the words of `alerts` and `status`: told, not told yet, or could not be told and why.
import type { AlertWay, ProcessView } from '../contracts/system.ts';
import { plainText } from '../core/text.ts';

/** An alert as each process that sees it has it. */
type Sights = readonly Pick<ProcessView['alerts'][number], 'telling' | 'ways' | 'silencedUntil'>[];

/** What waits for its chat no longer than this is on its way, ms. */
const patienceMs = 60_000;

/** Empty where nothing is known of it, and of one that is silenced and so not told. */
export function tellingText(sights: Sights): string {
  const ways = waysOf(sights);
  if (ways.length > 0) return waysText(ways);
  const tellings = sights.flatMap(({ telling }) => telling ?? []);
  if (tellings.includes('told')) return 'told by another process';
  if (tellings.includes('waiting')) return isSilenced(sights) ? '' : 'not told yet';
  if (tellings.includes('elsewhere')) return 'left to another process to tell';
  return tellings.includes('nowhere') ? 'told nowhere, since there is no way out' : '';
}

/** Whether it did not get through on one of its ways, or has waited there for long. */
export function isUntold(sights: Sights, now: number): boolean {
  return waysOf(sights).some(
    ({ state, at }) => state === 'missed' || (state === 'kept' && now - at > patienceMs),
  );
}

const best: readonly AlertWay['state'][] = ['told', 'kept', 'sending', 'missed'];

// While Redis is away each process tells it: what one of them got through has arrived.
function waysOf(sights: Sights): readonly AlertWay[] {
  const all = sights
    .flatMap(({ ways }) => ways)
    .toSorted((a, b) => best.indexOf(a.state) - best.indexOf(b.state));
  return all.filter(({ name }, i) => all.findIndex((one) => one.name === name) === i);
}

function waysText(ways: readonly AlertWay[]): string {
  const those = (state: AlertWay['state']) => ways.filter((way) => way.state === state);
  const [told, kept, sending, missed] = [those('told'), those('kept'), those('sending'), those('missed')];
  const met = missed.map(
    ({ name, why, again }) => `${name} (${plainText(why, 100)}${again ? ', tried again' : ''})`,
  );
  const reached = told.length + kept.length + sending.length > 0;
  return [
    ...(told.length === 0 ? [] : [`told by ${names(told)}`]),
    ...(kept.length === 0 ? [] : [`queued for ${names(kept)}, not shown there yet`]),
    ...(sending.length === 0 ? [] : [`being told by ${names(sending)}`]),
    ...(met.length === 0 ? [] : [`${reached ? 'not' : 'could not be told'} by ${met.join(', ')}`]),
  ].join('; ');
}

function names(ways: readonly AlertWay[]): string {
  return ways.map(({ name }) => name).join(', ');
}

function isSilenced(sights: Sights): boolean {
  return sights.every(({ silencedUntil }) => silencedUntil !== null);
}
