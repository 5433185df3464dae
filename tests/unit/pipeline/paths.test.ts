// The tables of run and delivery, walked: every state by its shortest path, and random paths that must keep the promises.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkpoints, deliveryStates, type RunState, runStates } from '../../../src/contracts/agents.ts';
import {
  type Delivery,
  type DeliveryEvent,
  deliveryTable,
  newDelivery,
  transitionAlert,
  transitionDelivery,
  transitionRetry,
} from '../../../src/pipeline/delivery.ts';
import { transitionByHand } from '../../../src/pipeline/hand.ts';
import {
  signTable,
  transitionByGas,
  transitionBySign,
  transitionRun,
} from '../../../src/pipeline/machine.ts';
import { owedTo } from '../../../src/pipeline/owed.ts';
import { weighReport } from '../../../src/pipeline/progress/report.ts';
import { newRun, type Run, stateOf } from '../../../src/pipeline/run.ts';
import { gas } from './gas.ts';

type RunMove =
  | { readonly kind: 'said'; readonly mission: string; readonly percent: number | null }
  | { readonly kind: 'reported'; readonly percent: number; readonly seq: number }
  | { readonly kind: 'torn' }
  | { readonly kind: 'fuelled' | 'dry' }
  | { readonly kind: 'gas'; readonly meant: string }
  | { readonly kind: 'paused'; readonly paused: boolean };

function step(run: Run, move: RunMove, at: number) {
  switch (move.kind) {
    case 'said': {
      const { mission, percent } = move;
      const reading = { kind: 'valid', mission, baseline: [], percent, done: [], open: [] } as const;
      return transitionRun(run, { reading, at, writtenAt: at });
    }
    case 'reported': {
      const { percent, seq } = move;
      const { event } = weighReport(run, { agent: 'A', mission: 'm', percent, seq }, { now: at });
      return event === null ? { run, effects: [] } : transitionRun(run, event);
    }
    case 'torn':
      return transitionRun(run, { reading: { kind: 'invalid', detail: 'torn' }, at, writtenAt: at });
    case 'gas':
      return {
        run: transitionByGas(run, { from: 'B', epoch: 1, meant: move.meant, sentAt: at }, at),
        effects: [],
      };
    case 'paused': {
      const word = { paused: move.paused, by: 'ann', at };
      return { run: transitionByHand(run, { kind: 'word', word, now: at }).run, effects: [] };
    }
    case 'fuelled':
    case 'dry':
      return { run: transitionBySign(run, move.kind, at), effects: [] };
  }
}

const alphabet: readonly RunMove[] = [
  ...[null, 0, 40, 95, 100].map((percent) => ({ kind: 'said' as const, mission: 'm', percent })),
  { kind: 'said', mission: 'n', percent: 10 },
  ...[{ kind: 'torn' as const }, { kind: 'fuelled' as const }, { kind: 'dry' as const }],
  { kind: 'gas', meant: 'X' },
  ...[true, false].map((paused) => ({ kind: 'paused' as const, paused })),
];

/** The shortest way into each state that can be reached. */
function shortestPaths(): Map<RunState, readonly RunMove[]> {
  const found = new Map<RunState, readonly RunMove[]>();
  let front: readonly { readonly run: Run; readonly path: readonly RunMove[] }[] = [
    { run: newRun('A'), path: [] },
  ];
  for (let depth = 0; depth < 4; depth += 1) {
    for (const { run, path } of front) if (!found.has(stateOf(run))) found.set(stateOf(run), path);
    front = front.flatMap(({ run, path }) =>
      alphabet.map((move) => ({ run: step(run, move, depth).run, path: [...path, move] })),
    );
  }
  return found;
}

const anyMove = fc.oneof(
  fc.record({
    kind: fc.constant('said' as const),
    mission: fc.constantFrom('m', 'n'),
    percent: fc.option(fc.integer({ min: 0, max: 100 })),
  }),
  fc.constantFrom(...alphabet),
);

describe('the machine of a run', () => {
  it('reaches every state that there is', () => {
    expect([...shortestPaths().keys()].toSorted()).toEqual([...runStates].toSorted());
  });

  it('is out of gas only after it was complete, by the shortest way', () => {
    expect(
      shortestPaths()
        .get('out_of_gas')
        ?.map(({ kind }) => kind),
    ).toEqual(['said', 'dry']);
  });

  it.each([...shortestPaths()])('answers each sign in %s as its table says', (_state, path) => {
    const run = path.reduce((held, move) => step(held, move, 1).run, newRun('A'));
    for (const sign of ['fuelled', 'dry'] as const) {
      const { from, to } = signTable[sign];
      const after = transitionBySign(run, sign, 9);
      if (from.includes(run.state)) expect(after.state).toBe(to);
      else expect(after).toBe(run);
    }
  });

  it('never lowers what was reached, and fires each checkpoint once, in whatever order things come', () => {
    fc.assert(
      fc.property(fc.array(anyMove, { maxLength: 80 }), (moves) => {
        let run = newRun('A');
        const fired = new Set<string>();
        moves.forEach((move, at) => {
          const before = run;
          const { run: after, effects } = step(run, move, at);
          run = after;
          expect(
            after.mission.epoch - before.mission.epoch === 0 ||
              after.mission.epoch - before.mission.epoch === 1,
          ).toBe(true);
          if (after.mission.epoch === before.mission.epoch)
            expect(after.maxPercent ?? -1).toBeGreaterThanOrEqual(before.maxPercent ?? -1);
          for (const { checkpoint } of effects) {
            const key = `${after.mission.epoch} ${checkpoint}`;
            expect(fired.has(key)).toBe(false);
            fired.add(key);
          }
          const due = checkpoints.filter((one) => one <= (after.maxPercent ?? -1) && after.mission.epoch > 0);
          for (const one of due) expect(fired.has(`${after.mission.epoch} ${one}`)).toBe(true);
        });
      }),
    );
  });

  it('takes words that count in any order as if the late ones had never come', () => {
    const words = fc.array(
      fc.record({ seq: fc.integer({ min: 1, max: 12 }), percent: fc.integer({ min: 0, max: 100 }) }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(words, (list) => {
        const said = list.map((one) => ({ kind: 'reported' as const, ...one }));
        const play = (moves: readonly RunMove[]) =>
          moves.reduce((run, move) => step(run, move, 1).run, newRun('A'));
        const inOrder = said.filter(({ seq }, at) => said.slice(0, at).every((one) => one.seq < seq));
        expect(play(said)).toEqual(play(inOrder));
      }),
    );
  });
});

const rules = { ackTimeoutMs: 86_400_000, ackTries: 3, ackRetryMs: 300_000 };
const claims = deliveryStates.filter((state) => state !== 'held');
const anyEvent = fc.oneof(
  fc.record({ kind: fc.constantFrom(...claims), after: fc.integer({ min: 0, max: 7_200_000 }) }),
  fc.record({
    kind: fc.constantFrom('retry' as const, 'alert' as const),
    after: fc.integer({ min: 0, max: 7_200_000 }),
  }),
);

describe('the machine of a delivery', () => {
  const play = (held: Delivery, kind: DeliveryEvent['state'] | 'retry' | 'alert', at: number) => {
    if (kind === 'retry') return transitionRetry(held, at, 'again').delivery;
    if (kind === 'alert') return transitionAlert(held, { at, why: 'nobody answers' }).delivery;
    return transitionDelivery(held, { state: kind, at, detail: '' }).delivery;
  };

  it('takes no way that its table does not have, and keeps every step', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        let held = newDelivery(gas(), 'decided', { state: 'held' });
        let at = 5;
        for (const { kind, after } of events) {
          at += after;
          const before = held;
          held = play(before, kind, at);
          expect(held.steps.slice(0, before.steps.length)).toEqual(before.steps);
          if (held.state !== before.state) expect(deliveryTable[before.state]).toContain(held.state);
          const isOver = held.state === 'accepted' || held.state === 'working' || held.state === 'rerouted';
          if (isOver) expect(held.alert).toBeNull();
        }
      }),
    );
  });

  it('comes to an end or to a person, wherever it is left, when what is owed is done', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 12 }), (events) => {
        let at = 5;
        let held = newDelivery(gas(), 'decided');
        for (const { kind, after } of events) {
          at += after;
          held = play(held, kind, at);
        }
        for (let round = 0; round < 2_000; round += 1) {
          const owed = owedTo(held, at, rules);
          if (owed.do === 'close') break;
          if (owed.do === 'dispatch' || owed.do === 'requeue') held = play(held, 'sent', at);
          if (owed.do === 'retry') held = play(held, 'retry', at);
          if (owed.do === 'expire') held = play(held, 'expired', at);
          if (owed.do === 'escalate' || owed.do === 'call') held = play(held, 'alert', at);
          at += 60_000;
        }
        expect(owedTo(held, at, rules).do).toBe('close');
        const isLost = held.state === 'failed' || held.state === 'expired';
        expect(isLost).toBe(held.alert !== null);
      }),
    );
  });
});
