// Randomised faults over the pipeline: reports, receivers, people, a clock that goes both ways, inboxes that break, killed
// processes and a Redis that goes away, in any order, before a line and before a join, on a real Redis with the real queue.
// After each sequence everything is mended, and what is promised must hold. A failing run prints its seed and its shortest
// commands; SWARMLINE_SEED=n makes other sequences, SWARMLINE_SEQUENCES=n more, and SWARMLINE_SHRINK=no shortens none.
import fc from 'fast-check';
import { expect } from 'vitest';
import { silentLogger } from '../../../src/core/logger.ts';
import { createGasStore } from '../../../src/pipeline/store.ts';
import { it } from '../../support/fixtures.ts';
import { begin, inJoin, inLine, newModel } from './model/commands.ts';
import type { Habit, Scene } from './model/scene.ts';
import { cameAbout, problemsOf, rest } from './model/verdict.ts';
import { type Place, World } from './model/world.ts';

const seed = Number(process.env['SWARMLINE_SEED'] ?? 8383);
/** Beside each other, since most of a sequence is waiting. */
const lanes = 15;
const each = Math.ceil(Number(process.env['SWARMLINE_SEQUENCES'] ?? 90) / lanes);

const habit = fc.constantFrom<Habit>('prompt', 'prompt', 'never');
const prompt = fc.constant<Habit>('prompt');
const sceneOf = (join: fc.Arbitrary<Scene['join']>): fc.Arbitrary<Scene> =>
  fc.record({
    habits: fc.record({ A: prompt, B: habit, C: habit, D: prompt, E: habit }),
    ...{ standsIn: fc.boolean(), join, isAside: fc.boolean(), isBegun: fc.boolean() },
  });
/** One lane of three has a line; a join needs more to come about. */
const kinds = [
  { scene: sceneOf(fc.constant(null)), mishaps: fc.commands(inLine, { maxCommands: 12, size: 'max' }) },
  { scene: sceneOf(fc.constant('all')), mishaps: fc.commands(inJoin, { maxCommands: 24, size: 'max' }) },
  {
    scene: sceneOf(fc.constantFrom('all', 'any')),
    mishaps: fc.commands(inJoin, { maxCommands: 24, size: 'max' }),
  },
] as const;

it('F39 whatever happens, each gas reaches its receiver once, or a person is told', {
  timeout: 600_000,
}, async ({ redis, redisUrl, prefix, annotate }) => {
  await annotate(`SWARMLINE_SEED=${seed}`);
  const states: string[] = [];
  const closing: Promise<void>[] = [];
  const inLane = (lane: number) => {
    let run = 0;
    const { scene, mishaps } = kinds[lane % kinds.length] ?? kinds[0];
    return fc.asyncProperty(scene, mishaps, async (how, happens) => {
      run += 1;
      const at = `${prefix}:${lane}:${run}`;
      const store = createGasStore({ redis, logger: silentLogger }, { prefix: at });
      const place: Place = { redisUrl, store, prefix: at };
      const world = await World.open(place, how);
      try {
        const model = newModel();
        if (how.isBegun) await begin(model, world);
        await fc.asyncModelRun(() => ({ model, real: world }), happens);
        const before = await rest(world, store);
        expect([...before, ...(await problemsOf(world, store))]).toEqual([]);
        states.push(...(await cameAbout(world, store)));
      } finally {
        // A process that was killed takes a while to notice; nobody waits for it.
        closing.push(world.close());
      }
    });
  };
  const run = (_: unknown, lane: number) =>
    fc.assert(inLane(lane), {
      seed: seed + lane,
      numRuns: each,
      endOnFailure: process.env['SWARMLINE_SHRINK'] === 'no',
    });
  // Also where one fails, the others come to their end, and leave nothing open.
  const ends = await Promise.allSettled(Array.from({ length: lanes }, run));
  await Promise.all(closing);
  const failed = ends.filter((end) => end.status === 'rejected');
  for (const { reason } of failed) process.stdout.write(`F39 ${causeOf(reason)}\n`);
  if (failed[0]) throw failed[0].reason;
  // It proves nothing unless all of this came about.
  const wanted = [
    ...['accepted', 'working', 'rerouted', 'suppressed', 'alert', 'held'],
    ...['joined', 'sent ahead', 'given', 'died telling'],
  ];
  const counts = wanted.map((end) => [end, states.filter((state) => state === end).length] as const);
  process.stdout.write(`F39 ${lanes * each} sequences: ${counts.map((one) => one.join(' ')).join(', ')}\n`);
  for (const [end, count] of counts) expect(count, end).toBeGreaterThan(0);
});

/** What was broken, by which commands. */
function causeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return [thrown.message, thrown.cause instanceof Error ? thrown.cause.message : ''].join('\n');
}
