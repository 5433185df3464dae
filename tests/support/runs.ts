// Runs in the middle of a mission, for tests that need no way to get there.
import { newRun, type Run, type RunMission } from '../../src/pipeline/run.ts';

/** What is not named is as in a run of which nothing was read yet. */
export function runOn(
  agent: string,
  mission: Partial<RunMission>,
  rest: Partial<Omit<Run, 'agent' | 'mission'>> = {},
): Run {
  const run = newRun(agent);
  return { ...run, mission: { ...run.mission, ...mission }, ...rest };
}
