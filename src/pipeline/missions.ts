// The missions of chain.yaml, one after the other: which one an end of the chain gets. Pure.
import type { Missions } from './records.ts';

export interface TakenMission {
  readonly missions: Missions;
  /** Null when there is none left: the chain stops. */
  readonly text: string | null;
}

export const firstMission: Missions = { next: 0, takenBy: null };

/** All checkpoints of one mission that ends the chain (`by`) lead into the same next one. */
export function takeMission(missions: Missions, by: string, texts: readonly string[]): TakenMission {
  const isTaken = missions.takenBy === by;
  const at = isTaken ? missions.next - 1 : missions.next;
  const text = texts[at] ?? null;
  if (isTaken || text === null) return { missions, text };
  return { missions: { next: at + 1, takenBy: by }, text };
}
