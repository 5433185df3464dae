// P18: the pure machines of run and delivery beside reducers by hand, on the same events, without any I/O.
import type { Gas } from '../src/contracts/agents.ts';
import { newDelivery, transitionDelivery } from '../src/pipeline/delivery.ts';
import { newRun, transitionRun } from '../src/pipeline/machine.ts';
import { type FloorDelivery, newFloorRun, reduceDelivery, reduceRun } from './floors/gas.ts';
import { median } from './support.ts';

/** Operations a second, medians of the same rounds. */
export interface Beside {
  readonly ours: number;
  readonly floor: number;
}

const missions = 5_000;
const reports = missions * 101;
const crossings = missions * 3;
const lives = 100_000;
const life = ['queued', 'sent', 'accepted', 'working'] as const;
const gas: Gas = {
  ...{ id: 'x1', from: 'A', to: 'B', mission: 'm', epoch: 1, checkpoint: 75, percent: 80 },
  ...{ createdAt: 1, text: 'go on' },
};

/** A mission of a hundred steps, again and again. */
const events = Array.from({ length: reports }, (_, at) => ({
  mission: `mission ${Math.floor(at / 101)}`,
  percent: at % 101,
  at,
}));
const readings = events.map(({ mission, percent, at }) => ({
  reading: { kind: 'valid', mission, baseline: [], percent, done: [], open: [] } as const,
  at,
  writtenAt: at,
}));

export function measureMachines(rounds: number): { readonly run: Beside; readonly delivery: Beside } {
  const [run, delivery] = [
    both(runs, floorRuns, reports, rounds),
    both(steps, floorSteps, lives * life.length, rounds),
  ];
  return { run, delivery };
}

function both(ours: () => number, floor: () => number, count: number, rounds: number): Beside {
  const rates: { ours: number; floor: number }[] = [];
  // The first round only warms the compiler.
  for (let round = 0; round <= rounds; round += 1) {
    const one = { ours: rate(ours, count), floor: rate(floor, count) };
    if (round > 0) rates.push(one);
  }
  return { ours: median(rates.map((one) => one.ours)), floor: median(rates.map((one) => one.floor)) };
}

/** Of CPU and not of the clock on the wall, since others may work beside it. @throws where the two do not do the same */
function rate(work: () => number, count: number): number {
  const from = process.cpuUsage();
  const seen = work();
  const { user, system } = process.cpuUsage(from);
  if (seen !== crossings && seen !== lives * life.length) throw new Error(`${seen} effects`);
  return (count * 1_000_000) / (user + system);
}

function runs(): number {
  let [run, seen] = [newRun('A'), 0];
  for (const event of readings) {
    const step = transitionRun(run, event);
    run = step.run;
    seen += step.effects.length;
  }
  return seen;
}

function floorRuns(): number {
  let [run, seen] = [newFloorRun(), 0];
  for (const event of events) {
    const step = reduceRun(run, event);
    run = step.run;
    seen += step.effects.length;
  }
  return seen;
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
