// Randomised faults over the pipeline: reports, receivers, people, a clock that goes both ways, inboxes that break, killed
// processes and a Redis that goes away, in any order, before a line and before a join, on a real Redis with the real queue.
// After each sequence everything is mended, and what is promised must hold. A failing run prints its seed and its shortest
// commands; SWARMLINE_SEED=n makes other sequences, SWARMLINE_SEQUENCES=n more.
import fc from 'fast-check';
import { expect } from 'vitest';
import { silentLogger } from '../../../src/core/logger.ts';
import { createGasStore } from '../../../src/pipeline/store.ts';
import { it } from '../../support/fixtures.ts';
import { commands, newModel } from './model/commands.ts';
import { problemsOf, rest } from './model/verdict.ts';
import { type Habit, type Place, type Scene, World } from './model/world.ts';

const seed = Number(process.env['SWARMLINE_SEED'] ?? 8383);
/** Beside each other, since most of a sequence is waiting. */
const lanes = 12;
const each = Math.ceil(Number(process.env['SWARMLINE_SEQUENCES'] ?? 120) / lanes);

const habit = fc.constantFrom<Habit>('prompt', 'prompt', 'never');
const scene: fc.Arbitrary<Scene> = fc.record({
  habits: fc.record({ A: fc.constant<Habit>('prompt'), B: habit, C: habit }),
  standsIn: fc.boolean(),
  join: fc.constantFrom(null, null, 'all', 'any'),
});
const mishaps = fc.commands(commands, { maxCommands: 12, size: 'max' });

it('F39 whatever happens, each gas reaches its receiver once, or a person is told', {
  timeout: 600_000,
}, async ({ redis, redisUrl, prefix, annotate }) => {
  await annotate(`SWARMLINE_SEED=${seed}`);
  const states: string[] = [];
  const closing: Promise<void>[] = [];
  const inLane = (lane: number) => {
    let run = 0;
    return fc.asyncProperty(scene, mishaps, async (how, happens) => {
      run += 1;
      const place: Place = { redisUrl, prefix: `${prefix}:${lane}:${run}` };
      const store = createGasStore({ redis, logger: silentLogger }, place);
      const world = await World.open(place, how);
      try {
        await fc.asyncModelRun(() => ({ model: newModel(), real: world }), happens);
        await rest(world, store);
        expect(await problemsOf(world, store)).toEqual([]);
        const { deliveries } = await store.recentDeliveries(1_000);
        states.push(...deliveries.map(({ state, alert }) => (alert === null ? state : 'alert')));
      } finally {
        // A process that was killed takes a while to notice; nobody waits for it.
        closing.push(world.close());
      }
    });
  };
  const run = (_: unknown, lane: number) => fc.assert(inLane(lane), { seed: seed + lane, numRuns: each });
  // Also where one fails, the others come to their end, and leave nothing open.
  const ends = await Promise.allSettled(Array.from({ length: lanes }, run));
  await Promise.all(closing);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
  // It proves nothing unless all of this came about.
  const wanted = ['accepted', 'working', 'rerouted', 'suppressed', 'alert'];
  const counts = wanted.map((end) => [end, states.filter((state) => state === end).length] as const);
  process.stdout.write(`F39 ${lanes * each} sequences: ${counts.map((one) => one.join(' ')).join(', ')}\n`);
  for (const [end, count] of counts) expect(count, end).toBeGreaterThan(0);
});
