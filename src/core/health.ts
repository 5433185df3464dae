// Health of a whole from the health of its parts: a tree with hard and soft branches, and a dampener in front of it, so
// that one part that flaps does not make the whole flap. Pure but for the clock.
import type { Clock } from './clock.ts';

/** `degraded`: it does its work, but not all of it. */
export type Health = 'healthy' | 'degraded' | 'unhealthy';

interface Node {
  readonly name: string;
  /** Whether the whole cannot work without it. */
  readonly hard: boolean;
}

/** A part, judged by whoever knows it. */
export interface Check extends Node {
  readonly health: Health;
  /** Why it is not healthy. */
  readonly detail: string;
  /** Whether it is not healthy because it is on its first way up; default false. */
  readonly beginning?: boolean;
}

/** A part that is made of parts. */
export interface CheckGroup extends Node {
  readonly checks: readonly CheckTree[];
}

export type CheckTree = Check | CheckGroup;

/** What a tree comes to. */
export interface Verdict {
  readonly health: Health;
  /** The leaves that are to blame, as `path/of/names: why`; those without which it cannot work come first. */
  readonly because: readonly string[];
}

/**
 * The worst that its parts make of it: a hard part passes on what it is; a soft one that fails or is degraded degrades.
 * A group without parts is healthy.
 */
export function aggregate(tree: CheckTree): Verdict {
  const { health, blame } = judge(tree);
  const because = blame.toSorted((a, b) => Number(b.fatal) - Number(a.fatal)).map(({ text }) => text);
  return { health, because };
}

interface Blame {
  readonly text: string;
  /** Whether every branch down to it is hard. */
  readonly fatal: boolean;
}

function judge(tree: CheckTree): { readonly health: Health; readonly blame: readonly Blame[] } {
  if ('health' in tree) {
    const { name, detail, health } = tree;
    const text = detail === '' ? name : `${name}: ${detail}`;
    return { health, blame: health === 'healthy' ? [] : [{ text, fatal: health === 'unhealthy' }] };
  }
  let health: Health = 'healthy';
  const blame: Blame[] = [];
  for (const part of tree.checks) {
    const judged = judge(part);
    health = worse(health, passedOn(judged.health, part.hard));
    const inside = 'health' in part ? '' : `${part.name}/`;
    for (const { text, fatal } of judged.blame) {
      blame.push({ text: `${inside}${text}`, fatal: fatal && part.hard });
    }
  }
  return { health, blame };
}

function passedOn(health: Health, hard: boolean): Health {
  return hard || health === 'healthy' ? health : 'degraded';
}

const order = { healthy: 0, degraded: 1, unhealthy: 2 } as const;

function worse(a: Health, b: Health): Health {
  return order[a] >= order[b] ? a : b;
}

export interface DampenerOptions {
  /** A soft part counts as lost when it has been away for this long, ms. A hard one counts as lost at once. */
  readonly downAfterMs: number;
  /** A part that flaps counts as back when it has stayed for this long, ms. Any other counts as back at once. */
  readonly upAfterMs: number;
  /** A part that was lost this often within `windowMs` flaps. */
  readonly flapsAt: number;
  readonly windowMs: number;
}

/** What is to be made of a part now. */
export interface Damped {
  readonly up: boolean;
  /** How often it was lost within the window. */
  readonly losses: number;
  /** Whether it was lost so often that it is trusted again only when it stays. */
  readonly flapping: boolean;
}

interface Memory {
  raw: boolean;
  /** Since when it is so. */
  since: number;
  counted: boolean;
  losses: number[];
}

/** Remembers of each part how it went, and smooths it. */
export class Dampener {
  readonly #clock: Clock;
  readonly #options: DampenerOptions;
  readonly #parts = new Map<string, Memory>();

  constructor(clock: Clock, options: DampenerOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Takes in how a part is now, and gives what counts. Call it at each change, and whenever the answer is wanted. */
  see(name: string, up: boolean, hard: boolean): Damped {
    const now = this.#clock.now();
    const part = this.#parts.get(name) ?? { raw: up, since: now, counted: up, losses: [] };
    this.#parts.set(name, part);
    if (up !== part.raw) {
      part.raw = up;
      part.since = now;
      if (!up) part.losses.push(now);
    }
    const { downAfterMs, upAfterMs, flapsAt, windowMs } = this.#options;
    part.losses = part.losses.filter((at) => at <= now && now - at < windowMs);
    const flapping = part.losses.length >= flapsAt;
    const lasting = now - part.since;
    if (!up && (hard || lasting >= downAfterMs)) part.counted = false;
    if (up && (!flapping || lasting >= upAfterMs)) part.counted = true;
    return { up: part.counted, losses: part.losses.length, flapping };
  }
}
