// A gas remembers between which percents its checkpoint was crossed, so that it can be explained later.
import { expect, it } from 'vitest';
import { toGas } from '../../../src/pipeline/gas.ts';
import { readFor, transitionRun } from '../../../src/pipeline/machine.ts';
import { newRun, type Run } from '../../../src/pipeline/run.ts';

function step(run: Run, progress: number) {
  const reading = readFor(run, JSON.stringify({ mission_id: 'X', progress }));
  return transitionRun(run, { reading, at: 1, writtenAt: 1 });
}

const crossed = ({ run, effects }: ReturnType<typeof step>) =>
  effects
    .map((effect) => toGas(run, effect, { to: 'B', meant: 'B', createdAt: 1, words: '', parts: [] }))
    .map(({ checkpoint, crossedFrom, percent }) => [checkpoint, crossedFrom, percent]);

it('keeps the highest percent before and the one that crossed, for each checkpoint of a jump', () => {
  const first = step(newRun('A'), 74);
  expect(crossed(step(first.run, 92))).toEqual([
    [75, 74, 92],
    [90, 74, 92],
  ]);
});

it('knows of no percent before the first that was told', () => {
  expect(crossed(step(newRun('A'), 80))).toEqual([[75, null, 80]]);
});

it('counts from the highest, however far the progress fell meanwhile', () => {
  const fallen = step(step(newRun('A'), 76).run, 20);
  expect(crossed(step(fallen.run, 95))).toEqual([[90, 76, 95]]);
});
