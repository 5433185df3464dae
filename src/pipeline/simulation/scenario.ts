// What one run is about, drawn from its seed: the chain, the habits of its agents, and what goes wrong when. Pure data.
import type { Chain } from '../chain.ts';
import type { AgentLink } from '../graph.ts';
import { graphProblems } from '../graph-check.ts';
import type { Chance } from './random.ts';

const minute = 60_000;
const hour = 60 * minute;

/** `never` reads and does not say so; `late` says so when others may have been asked; `prompt` says so soon. */
export type Habit = 'prompt' | 'late' | 'never';

export interface Character {
  readonly id: string;
  readonly habit: Habit;
  /** From when on it does nothing any more, ms since the run began; Infinity for one that lives. */
  readonly diesAt: number;
  /** Share of its steps after which it falls asleep until it is nudged. */
  readonly sleepy: number;
  /** It works in many small steps, and stays awake for a while after a nudge: it needs many. */
  readonly isSlow: boolean;
}

/** From and to, ms since the run began. */
export type Window = readonly [number, number];

export interface Scenario {
  readonly chain: Chain;
  readonly cast: readonly Character[];
  readonly redisAway: readonly Window[];
  readonly inboxesAway: readonly Window[];
  /** When the machine's clock is set, and by how much, ms. */
  readonly clockSet: readonly { readonly at: number; readonly by: number }[];
  /** Share of writes right after which the process is killed. */
  readonly kills: number;
  /** Share of events that come twice. */
  readonly duplicates: number;
}

/** Most runs are small, so that there can be many; some have up to `most` agents. */
export function drawScenario(chance: Chance, most: number): Scenario {
  const size = chance.between(2, chance.is(0.02) ? most : Math.min(7, most));
  const ids = Array.from({ length: size }, (_, at) => `A${at}`);
  const chain = drawChain(chance, ids);
  const trouble = chance.next();
  return {
    chain,
    cast: ids.map((id) => drawCharacter(chance, id, trouble)),
    redisAway: drawWindows(chance, trouble),
    inboxesAway: drawWindows(chance, trouble),
    clockSet: chance.is(0.2) ? [{ at: chance.between(0, 6 * hour), by: chance.between(-3, 3) * hour }] : [],
    kills: chance.is(0.5) ? 0 : 0.02 * trouble,
    duplicates: 0.1 * chance.next(),
  };
}

function drawCharacter(chance: Chance, id: string, trouble: number): Character {
  const isOdd = chance.is(0.3 * trouble);
  return {
    id,
    habit: isOdd ? chance.one(['late', 'never']) : 'prompt',
    diesAt: chance.is(0.2 * trouble) ? chance.between(0, 24 * hour) : Infinity,
    ...drawTempo(chance),
  };
}

function drawTempo(chance: Chance): Pick<Character, 'sleepy' | 'isSlow'> {
  if (chance.is(0.01)) return { sleepy: 0.3, isSlow: true };
  return { sleepy: chance.is(0.1) ? 0.2 : 0, isSlow: false };
}

function drawWindows(chance: Chance, trouble: number): Window[] {
  const count = chance.is(trouble) ? chance.between(0, 2) : 0;
  return Array.from({ length: count }, () => {
    const from = chance.between(0, 12 * hour);
    return [from, from + chance.between(1, 90) * minute] as const;
  });
}

function drawChain(chance: Chance, ids: readonly string[]): Chain {
  const isLine = ids.length < 4 || chance.is(0.5);
  const links = isLine ? {} : drawLayers(chance, ids);
  const agents = drawFallbacks(chance, ids, links);
  const end = chance.one(['stop', 'stop', 'loop', 'next-mission'] as const);
  const chain = {
    chain: isLine ? ids : [],
    ...{ end, agents, policy: chance.one(['always', 'until-acknowledged'] as const), schedules: [] },
    missions: end === 'next-mission' ? ['one plan', 'another plan'] : [],
  } satisfies Chain;
  // What was drawn must be what a file may say; a chain that is refused proves nothing.
  return graphProblems(chain).length === 0 ? chain : { chain: ids, end: 'stop', schedules: [] };
}

/** Each layer hands over to the next, some of them to two agents of it, and some of those join. */
function drawLayers(chance: Chance, ids: readonly string[]): Record<string, AgentLink> {
  const layers: string[][] = [];
  for (let at = 0; at < ids.length; ) {
    const width = chance.between(1, 3);
    layers.push(ids.slice(at, at + width));
    at += width;
  }
  const next = new Map<string, Set<string>>(ids.map((id) => [id, new Set()]));
  for (const [at, layer] of layers.entries()) {
    const [first, ...others] = layers[at + 1] ?? [];
    if (first === undefined) break;
    const below = [first, ...others] as const;
    for (const id of layer) next.get(id)?.add(chance.one(below));
    const [above, ...rest] = layer;
    if (above === undefined) continue;
    for (const id of below) next.get(chance.one([above, ...rest]))?.add(id);
  }
  const joins = (id: string) => [...next.values()].filter((all) => all.has(id)).length > 1 && chance.is(0.7);
  return Object.fromEntries(
    ids.map((id) => [
      id,
      {
        ...((next.get(id)?.size ?? 0) > 0 ? { next: [...(next.get(id) ?? [])] } : {}),
        ...(joins(id) ? { join: chance.one(['all', 'any']) } : {}),
      },
    ]),
  );
}

function drawFallbacks(
  chance: Chance,
  ids: readonly string[],
  links: Record<string, AgentLink>,
): Record<string, AgentLink> {
  const agents = { ...links };
  for (const id of ids) {
    if (!chance.is(0.3)) continue;
    const others = ids.filter((other) => other !== id);
    const fallback = others.filter(() => chance.is(2 / ids.length)).slice(0, 2);
    agents[id] = { ...agents[id], fallback };
  }
  return agents;
}
