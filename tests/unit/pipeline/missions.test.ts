import { describe, expect, it } from 'vitest';
import { firstMission, takeMission } from '../../../src/pipeline/missions.ts';
import { missionsSchema } from '../../../src/pipeline/records.ts';

const texts = ['first', 'second', 'third'];

/** Which mission each end gets, as `agent mission` comes. */
function play(comers: readonly (readonly [string, string])[], from = firstMission) {
  let missions = from;
  return comers.map(([agent, mission]) => {
    const taken = takeMission(missions, { agent, mission }, texts);
    missions = taken.missions;
    return taken.text;
  });
}

describe('the missions of chain.yaml', () => {
  it('are one for all checkpoints of one mission, also where two ends take turns', () => {
    const turns = [1, 2, 3].flatMap(() => [['E1', '1@5'] as const, ['E2', '1@6'] as const]);
    expect(play(turns)).toEqual(['first', 'second', 'first', 'second', 'first', 'second']);
  });

  it('go on with the next mission of an end, and stop behind the last', () => {
    const missions = ['1@5', '2@6', '3@7', '4@8', '3@7'].map((mission) => ['E1', mission] as const);
    expect(play(missions)).toEqual(['first', 'second', 'third', null, 'third']);
  });

  it('are known from a record that remembered one end alone', () => {
    const before = missionsSchema.parse({ next: 2, takenBy: 'E1 1@5' });
    expect(
      play(
        [
          ['E1', '1@5'],
          ['E2', '1@6'],
        ],
        before,
      ),
    ).toEqual(['second', 'third']);
  });
});
