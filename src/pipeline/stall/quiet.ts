// How long nothing has spoken for an agent's work, and whom it may wait for. Pure.
import { type Sign, signSources, trustOf } from '../../contracts/watch.ts';
import type { Watch } from './record.ts';

type Signs = Watch['signs'];

/** Newest first. */
export function signList({ signs, words }: Pick<Watch, 'signs' | 'words'>): readonly Sign[] {
  return signSources
    .flatMap((source): Sign[] => {
      const at = signs[source];
      const word = words[source];
      return at === undefined ? [] : [{ source, at, ...(word !== undefined && { word }) }];
    })
    .toSorted((a, b) => b.at - a.at);
}

/**
 * Since when the agent is silent, ms: the newest sign of work, or `floor` where that is later. A sign of mere life moves it
 * on, but never further than `lifeCountsMs` behind the work: a beat that goes on for a day beside nothing done is no work.
 */
export function quietSince(signs: Signs, floor: number, lifeCountsMs: number): number {
  const newest = { work: 0, life: 0 };
  // Asked twice of each agent at each look: no list is made for it.
  for (const source of signSources) {
    const trust = trustOf[source];
    newest[trust] = Math.max(newest[trust], signs[source] ?? 0);
  }
  const work = Math.max(floor, newest.work);
  return Math.max(work, Math.min(newest.life, work + lifeCountsMs));
}

/**
 * The first agent that `agent` waits for, be it through others, and that is alive by its own signs. Two that wait for each
 * other are no excuse for each other.
 */
export function excuseOf(
  agent: string,
  waits: ReadonlyMap<string, readonly string[]>,
  isAlive: (agent: string) => boolean,
): string | null {
  const seen = new Set([agent]);
  const way = [...(waits.get(agent) ?? [])];
  for (let next = way.shift(); next !== undefined; next = way.shift()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (isAlive(next)) return next;
    way.push(...(waits.get(next) ?? []));
  }
  return null;
}
