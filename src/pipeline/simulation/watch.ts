// The seam for whoever watches that agents do not stand still. The simulation shows what it sees and does what it is told; the
// watch that comes with it only calls a person. A richer one, with tiers and a budget of nudges, is handed in.
import type { RunState } from '../../contracts/agents.ts';

/** What is to be seen of one agent. */
export interface Signs {
  readonly agent: string;
  readonly state: RunState;
  /** Null is unknown. */
  readonly percent: number | null;
  readonly epoch: number;
  /** It took gas and has not begun with it. */
  readonly hasUnbegun: boolean;
  /** Since its last word, or since it took its gas, ms. */
  readonly silentMs: number;
}

export type WatchAct = 'nudge' | 'human';

/** Looks at one agent; `now` in ms since the epoch, of a clock that may be set. */
export type Watch = (signs: Signs, now: number) => readonly WatchAct[];

/** Whether an agent has something to do, as far as its words tell. */
function isAtWork({ state, hasUnbegun }: Pick<Signs, 'state' | 'hasUnbegun'>): boolean {
  return hasUnbegun || state === 'starting' || state === 'executing' || state === 'completing';
}

/** Calls a person for an agent at work that has been silent for so long; once, until it speaks again. */
export function createPlainWatch(silentMs = 2 * 3_600_000): Watch {
  const called = new Set<string>();
  return (signs) => {
    if (!isAtWork(signs) || signs.silentMs < silentMs) {
      called.delete(signs.agent);
      return [];
    }
    if (called.has(signs.agent)) return [];
    called.add(signs.agent);
    return ['human'];
  };
}

/** What the watch of one run did. */
export interface Watching {
  /** Agents for which a person was called, until they speak again. */
  readonly called: ReadonlySet<string>;
  /** When each agent was nudged, ms of virtual time. */
  readonly nudged: ReadonlyMap<string, readonly number[]>;
  look(): Promise<void>;
}
