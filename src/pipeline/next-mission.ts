// What an end of the chain hands over beyond its gas: the next of the missions of chain.yaml, and where none is left.
import type { Chain } from './chain.ts';
import { firstMission, takeMission } from './missions.ts';
import type { Missions } from './records.ts';
import { markOf } from './routing.ts';
import type { Run } from './run.ts';
import type { Beside, GasStore } from './store.ts';
import { nextMissionText } from './text.ts';

export interface NextMission {
  /** To be saved in the same step as what is made of the words. */
  readonly missions: NonNullable<Beside['missions']>;
  /** For the gas, behind the hand-over; null when the missions are used up. */
  readonly words: string | null;
}

/** For people: why an end of the chain hands nothing over. */
export const usedUp =
  'the missions of chain.yaml are used up: write another one under `missions`, or `end: stop`';

/** @param taken what this step has taken before @throws SwarmError REDIS_*, RECORD_UNREADABLE */
export async function nextMissionFor(
  store: Pick<GasStore, 'missions'>,
  { missions: texts = [] }: Pick<Chain, 'missions'>,
  run: Run,
  taken?: Beside['missions'],
): Promise<NextMission> {
  const held = taken?.held ?? (await store.missions());
  const before = taken?.value ?? held.value ?? firstMission;
  const { missions, text } = takeMission(before, { agent: run.agent, mission: markOf(run) }, texts);
  return { missions: { held, value: missions }, words: text === null ? null : nextMissionText(text) };
}

/** Whether there is a mission for what a run hands over next. */
export function hasNextMission(
  { missions: texts = [] }: Pick<Chain, 'missions'>,
  run: Run,
  missions: Missions | null,
): boolean {
  const taker = { agent: run.agent, mission: markOf(run) };
  return takeMission(missions ?? firstMission, taker, texts).text !== null;
}
