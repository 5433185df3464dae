// P18: the pure machines of run and delivery beside reducers by hand, on the same events, without any I/O.
import { setFlagsFromString } from 'node:v8';
import type { Gas } from '../src/contracts/agents.ts';
import { newDelivery, transitionDelivery } from '../src/pipeline/delivery.ts';
import { transitionRun } from '../src/pipeline/machine.ts';
import { newRun } from '../src/pipeline/run.ts';
import { type FloorDelivery, newFloorRun, reduceDelivery, reduceRun } from './floors/gas.ts';
import { median } from './support.ts';

/** Operations a second, medians of the same rounds. */
export interface Beside {
  readonly ours: number;
  readonly floor: number;
}

const agents = 10_000;
const reports = 101;
const lives = 100_000;
const life = ['queued', 'sent', 'accepted', 'working'] as const;
const gas: Gas = {
  ...{ id: 'x1', from: 'A', to: 'B', mission: 'm', epoch: 1, checkpoint: 75, percent: 80 },
  ...{ createdAt: 1, text: 'go on' },
};

/** Two missions of a hundred steps. */
const events = Array.from({ length: 2 * reports }, (_, at) => ({
  mission: at < reports ? 'build the harbour' : 'light the harbour',
  percent: at % reports,
  at,
}));
const readings = events.map(({ mission, percent, at }) => ({
  reading: { kind: 'valid', mission, baseline: [], percent, done: [], open: [] } as const,
  at,
  writtenAt: at,
}));

/** `run`: ten thousand agents tell the same step in turn, then the next one. `mixed`: each is at another step. */
export function measureMachines(rounds: number): {
  readonly run: Beside;
  readonly mixed: Beside;
  readonly delivery: Beside;
} {
  // By what it samples V8 may lay all new runs of one of the two among the old objects, which makes that one three times
  // slower: which of them, and whether, is chance.
  setFlagsFromString('--no-allocation-site-pretenuring');
  const [run, mixed, delivery] = [
    both(
      () => runs(1),
      () => floorRuns(1),
      agents * reports,
      rounds,
    ),
    both(
      () => runs(reports),
      () => floorRuns(reports),
      agents * reports,
      rounds,
    ),
    both(steps, floorSteps, lives * life.length, rounds),
  ];
  setFlagsFromString('--allocation-site-pretenuring');
  return { run, mixed, delivery };
}

/** @throws where the two do not do the same */
function both(ours: () => number, floor: () => number, count: number, rounds: number): Beside {
  const rates: { ours: number; floor: number }[] = [];
  // The first round only warms the compiler.
  for (let round = 0; round <= rounds; round += 1) {
    const [one, beside] = [rate(ours, count), rate(floor, count)];
    if (one.seen !== beside.seen) throw new Error(`${one.seen} effects, and ${beside.seen} beside`);
    if (round > 0) rates.push({ ours: one.rate, floor: beside.rate });
  }
  return { ours: median(rates.map((one) => one.ours)), floor: median(rates.map((one) => one.floor)) };
}

/** Operations a second of CPU, and not of the clock on the wall, since others may work beside it. */
function rate(work: () => number, count: number): { readonly rate: number; readonly seen: number } {
  const from = process.cpuUsage();
  const seen = work();
  const { user, system } = process.cpuUsage(from);
  return { rate: (count * 1_000_000) / (user + system), seen };
}

/** As many reports of each agent as one mission has, the agents in turn: a run lives until the next report. @param from at how many steps they begin */
function runs(from: number): number {
  let all = Array.from({ length: agents }, (_, i) => newRun(`agent ${i}`));
  let seen = 0;
  for (let turn = 0; turn < reports; turn += 1) {
    all = all.map((before, i) => {
      const { run, effects } = transitionRun(before, ofTurn(readings, turn + (i % from)));
      seen += effects.length;
      return run;
    });
  }
  return seen;
}

function floorRuns(from: number): number {
  let all = Array.from({ length: agents }, () => newFloorRun());
  let seen = 0;
  for (let turn = 0; turn < reports; turn += 1) {
    all = all.map((before, i) => {
      const { run, effects } = reduceRun(before, ofTurn(events, turn + (i % from)));
      seen += effects.length;
      return run;
    });
  }
  return seen;
}

function ofTurn<T>(all: readonly T[], at: number): T {
  const one = all[at];
  if (one === undefined) throw new Error(`no step ${at}`);
  return one;
}

function steps(): number {
  let seen = 0;
  for (let at = 0; at < lives; at += 1) {
    let delivery = newDelivery(gas, 'crossed');
    for (const state of life) delivery = transitionDelivery(delivery, { state, at, detail: '' }).delivery;
    seen += delivery.steps.length - 1;
  }
  return seen;
}

function floorSteps(): number {
  let seen = 0;
  for (let at = 0; at < lives; at += 1) {
    let delivery: FloorDelivery = { id: 'x1', state: 'pending', steps: [{ state: 'pending', at: 1 }] };
    for (const state of life) delivery = reduceDelivery(delivery, state, at);
    seen += delivery.steps.length - 1;
  }
  return seen;
}
