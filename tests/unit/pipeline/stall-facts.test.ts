// What the watch takes for a mission: also one that was taken and not begun, of which no status speaks.
import { describe, expect, it } from 'vitest';
import { newRun, type Run, transitionByGas } from '../../../src/pipeline/machine.ts';
import { noEvidence } from '../../../src/pipeline/stall/evidence.ts';
import { factsOf, nothingReceived } from '../../../src/pipeline/stall/facts.ts';

const told = (run: Run) => factsOf({ run, evidence: noEvidence, received: nothingReceived });
const gas = { from: 'B', epoch: 1, meant: 'A', sentAt: 5_000 };

describe('the facts of an agent', () => {
  it('have a mission from the moment that it took gas, before it has written a word', () => {
    const run = newRun('A');
    expect(told(run)).toMatchObject({ hasMission: false });
    expect(told(transitionByGas(run, gas, 6_000))).toMatchObject({ hasMission: true, startedAt: 6_000 });
  });

  it('do not call it complete while it has taken gas and not begun with it', () => {
    const complete: Run = {
      ...newRun('A'),
      epoch: 1,
      epochAt: 1_000,
      mission: 'M',
      percent: 100,
      maxPercent: 100,
    };
    expect(told(complete)).toMatchObject({ isComplete: true });
    const fuelled = told(transitionByGas({ ...complete, state: 'complete' }, gas, 6_000));
    expect(fuelled).toMatchObject({ isComplete: false, hasMission: true, startedAt: 6_000 });
  });
});
