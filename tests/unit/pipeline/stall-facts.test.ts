// What the watch takes for a mission: also one that was taken and not begun, of which no status speaks.
import { describe, expect, it } from 'vitest';
import { wordOf } from '../../../src/contracts/agents.ts';
import { newDelivery, transitionDelivery } from '../../../src/pipeline/delivery.ts';
import { transitionByGas } from '../../../src/pipeline/machine.ts';
import { newRun, type Run } from '../../../src/pipeline/run.ts';
import { noEvidence } from '../../../src/pipeline/stall/evidence.ts';
import { factsOf, nothingReceived, receivedBy } from '../../../src/pipeline/stall/facts.ts';
import { toNudge } from '../../../src/pipeline/stall/nudge.ts';
import { runOn } from '../../support/runs.ts';
import { gas as someGas } from './gas.ts';

const told = (run: Run) => factsOf({ run, evidence: noEvidence, received: nothingReceived });
const gas = { from: 'B', epoch: 1, meant: 'A', sentAt: 5_000 };

describe('the facts of an agent', () => {
  it('have a mission from the moment that it took gas, before it has written a word', () => {
    const run = newRun('A');
    expect(told(run)).toMatchObject({ hasMission: false });
    expect(told(transitionByGas(run, gas, 6_000))).toMatchObject({ hasMission: true, startedAt: 6_000 });
  });

  it('do not call it complete while it has taken gas and not begun with it', () => {
    const mission = { epoch: 1, epochAt: 1_000, name: 'M' };
    const complete = runOn('A', mission, { percent: 100, maxPercent: 100 });
    expect(told(complete)).toMatchObject({ isComplete: true });
    const fuelled = told(transitionByGas({ ...complete, state: 'complete' }, gas, 6_000));
    expect(fuelled).toMatchObject({ isComplete: false, hasMission: true, startedAt: 6_000 });
  });

  it('have gas while some lies unacknowledged, whenever it came; a nudge is none', () => {
    const lies = transitionDelivery(newDelivery(someGas({ to: 'A' }), ''), {
      state: 'sent',
      at: 6,
      detail: '',
    }).delivery;
    const taken = transitionDelivery(lies, { state: 'accepted', at: 7, detail: '' }).delivery;
    const nudge = newDelivery(toNudge({ agent: 'A', episode: '1-5', since: 5, last: 'start', now: 9 }), '');
    expect(receivedBy([lies, nudge]).get('A')).toMatchObject({ hasGas: true, open: 1 });
    expect(receivedBy([nudge, taken]).get('A')).toMatchObject({ hasGas: false, open: 0 });
  });

  it('take an acknowledgement for a sign of its life, and what a person says in its place for none', () => {
    const lies = transitionDelivery(newDelivery(someGas({ to: 'A' }), ''), {
      state: 'sent',
      at: 6,
      detail: '',
    }).delivery;
    const said = (at: number, detail: string) => ({ state: 'accepted', at, detail }) as const;
    const own = transitionDelivery(lies, said(7, 'moved to done/')).delivery;
    const byPerson = transitionDelivery(lies, said(8, `${wordOf}cli:local`)).delivery;
    const worksToo = transitionDelivery(byPerson, { state: 'working', at: 9, detail: 'told by A' }).delivery;
    const personToo = transitionDelivery(own, {
      state: 'working',
      at: 9,
      detail: `${wordOf}cli:local`,
    }).delivery;
    const ownToo = transitionDelivery(byPerson, said(9, 'told by A')).delivery;
    const inboxAt = [own, byPerson, worksToo, personToo, ownToo].map(
      (one) => receivedBy([one]).get('A')?.inboxAt,
    );
    expect(inboxAt).toEqual([7, null, 9, 7, 9]);
  });
});
