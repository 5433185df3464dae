// The missions of chain.yaml, one after the other: which one an end of the chain gets. Pure.
import type { Missions } from './records.ts';

export interface TakenMission {
  readonly missions: Missions;
  /** Null when there is none left: the chain stops. */
  readonly text: string | null;
}

/** Which mission of which agent ends the chain. */
export interface MissionTaker {
  readonly agent: string;
  /** As `markOf` says. */
  readonly mission: string;
}

export const firstMission: Missions = { next: 0, taken: {} };

/** All checkpoints of one mission that ends the chain lead into the same next one, whatever other ends take meanwhile. */
export function takeMission(
  missions: Missions,
  { agent, mission }: MissionTaker,
  texts: readonly string[],
): TakenMission {
  const before = missions.taken[agent];
  if (before?.by === mission) return { missions, text: texts[before.at] ?? null };
  const at = missions.next;
  const text = texts[at] ?? null;
  if (text === null) return { missions, text };
  return { missions: { next: at + 1, taken: { ...missions.taken, [agent]: { by: mission, at } } }, text };
}
