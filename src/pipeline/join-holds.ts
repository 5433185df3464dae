// Whose pause holds the gas of a round in a join: that of each who came to it while paused and whom nobody has let go since.
import { pauseOf } from './run.ts';
import type { GasStore } from './store.ts';

/** Of those that came to a round while paused, the ones that still are → by whom. */
export type Holders = ReadonlyMap<string, string>;

/** @param agents who came while paused. @throws SwarmError REDIS_* */
export async function holdersAmong(
  store: Pick<GasStore, 'runs'>,
  agents: readonly string[],
): Promise<Holders> {
  const { values } = agents.length === 0 ? { values: [] } : await store.runs(agents);
  return new Map(
    values.flatMap((run) => {
      const pause = run === null ? null : pauseOf(run);
      return run === null || pause === null ? [] : [[run.agent, pause.by] as const];
    }),
  );
}

export interface Hold {
  readonly state: 'pending' | 'held';
  /** For people. */
  readonly detail: string;
  /** Absent where no other agent than the one that hands over holds it. */
  readonly heldBy?: readonly string[];
}

/**
 * How gas begins that `agent` hands over for itself, or for a round.
 * @param by who has paused it; null: nobody
 */
export function holdOf(agent: string, by: string | null, reached: string, holders: Holders): Hold {
  const others = [...holders].filter(([one]) => one !== agent);
  const detail = [
    by === null ? reached : `${reached} while paused by ${by}`,
    ...others.map(([one, other]) => `${one} had reached it while paused by ${other}`),
  ].join('; ');
  if (others.length === 0) return { state: by === null ? 'pending' : 'held', detail };
  return { state: 'held', detail, heldBy: [...(by === null ? [] : [agent]), ...others.map(([one]) => one)] };
}
