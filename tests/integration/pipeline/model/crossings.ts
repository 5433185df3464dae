// What agents wrote and people sent ahead, as it came: each checkpoint that a mission crossed, when that was, and whether a
// pause stood over it. It asks the platform for nothing.
import { type Checkpoint, checkpoints } from '../../../../src/contracts/agents.ts';
import type { Agent } from './scene.ts';

export interface Crossing {
  readonly agent: Agent;
  readonly mission: string;
  readonly checkpoint: Checkpoint;
  /** The number of the event that wrote it, and of the one after which a process had taken it; null: none has for sure. */
  readonly writtenNr: number;
  seenNr: number | null;
  /** When it can have been read first, ms by the clock of the world, which is set back at times. */
  earliest: number;
  latest: number;
  /** Its agent was paused before it was written, and nobody has wanted it resumed since. */
  isHeld: boolean;
  /** A person sent it ahead. */
  isAhead: boolean;
}

export class Crossings {
  readonly #all = new Map<string, Crossing>();
  #nr = 0;

  get all(): readonly Crossing[] {
    return [...this.#all.values()];
  }

  /** The number of the next event. */
  next(): number {
    this.#nr += 1;
    return this.#nr;
  }

  of(mission: string, checkpoint: Checkpoint | null): Crossing | undefined {
    return this.#all.get(`${mission} ${checkpoint}`);
  }

  /** @param before the highest that its file said until now */
  wrote(
    agent: Agent,
    mission: string,
    how: { before: number; percent: number; now: number; isHeld: boolean },
  ) {
    const { before, percent, now, isHeld } = how;
    for (const checkpoint of checkpoints) {
      const isCrossed = checkpoint > before && checkpoint <= percent;
      // What was sent ahead does not fire again.
      if (isCrossed && !this.of(mission, checkpoint)) this.#add(agent, mission, checkpoint, { now, isHeld });
    }
  }

  /** A process has taken a version of a mission at `percent`. */
  saw(mission: string, percent: number): void {
    const nr = this.next();
    for (const one of this.all) {
      if (one.mission === mission && one.checkpoint <= percent) one.seenNr ??= nr;
    }
  }

  /** @param nr of the order, which was carried out some time since `since` */
  sentAhead(
    agent: Agent,
    mission: string,
    checkpoint: Checkpoint,
    how: { nr: number; since: number; now: number },
  ) {
    const { nr, since, now } = how;
    const one =
      this.of(mission, checkpoint) ?? this.#add(agent, mission, checkpoint, { now, isHeld: false, nr });
    one.isAhead = true;
    one.isHeld = false;
    one.seenNr ??= this.next();
    one.earliest = Math.min(one.earliest, since, now);
    one.latest = Math.max(one.latest, since, now);
  }

  /** The clock went on, or was set back. */
  moved(now: number): void {
    for (const one of this.all) {
      if (one.seenNr !== null) continue;
      one.earliest = Math.min(one.earliest, now);
      one.latest = Math.max(one.latest, now);
    }
  }

  /** Somebody wanted it resumed: what was reached before may go. */
  letGo(agent: Agent): void {
    for (const one of this.all) if (one.agent === agent) one.isHeld = false;
  }

  #add(
    agent: Agent,
    mission: string,
    checkpoint: Checkpoint,
    { now, isHeld, nr = this.next() }: { now: number; isHeld: boolean; nr?: number },
  ): Crossing {
    const one: Crossing = {
      ...{ agent, mission, checkpoint, writtenNr: nr, seenNr: null },
      ...{ earliest: now, latest: now, isHeld, isAhead: false },
    };
    this.#all.set(`${mission} ${checkpoint}`, one);
    return one;
  }
}
