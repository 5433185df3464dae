// The recorded histories, told badly: each version twice, in any order where several were written at the same moment, and the
// reader stopped at random points and begun anew from what the store had. The same checkpoints must fire.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { JobName, JobOrder } from '../../src/contracts/jobs.ts';
import { coreErrors, SwarmError } from '../../src/core/errors.ts';
import { silentLogger } from '../../src/core/logger.ts';
import { createIntake } from '../../src/pipeline/intake.ts';
import { createLedger } from '../../src/pipeline/ledger.ts';
import { readFor, transitionRun } from '../../src/pipeline/machine.ts';
import { decodeRecord, runSchema } from '../../src/pipeline/records.ts';
import { newRun, type Run } from '../../src/pipeline/run.ts';
import { runChange } from '../../src/pipeline/run-records.ts';
import { createMemoryStore } from '../../src/pipeline/simulation/memory-store.ts';
import { notingSink } from '../support/kept.ts';
import { makeRandom } from '../support/random.ts';

const folder = join(process.env['SWARMLINE_RECORDED'] ?? '../shared/data', 'status-history');
const version = z.object({ at: z.number(), raw: z.string().nullable() });
type Version = z.infer<typeof version>;

function versionsOf(agent: number): readonly Version[] {
  const text = gunzipSync(readFileSync(join(folder, `Agent-${agent}.jsonl.gz`))).toString();
  return text
    .trim()
    .split('\n')
    .map((line) => version.parse(JSON.parse(line)));
}

function play(versions: readonly Version[], between: (run: Run) => Run): readonly string[] {
  let run = newRun('A');
  return versions.flatMap(({ at, raw }) => {
    if (raw === null) return [];
    const step = transitionRun(run, { reading: readFor(run, raw), at, writtenAt: at });
    run = between(step.run);
    return step.effects.map(({ checkpoint, percent }) => `${run.mission.epoch} ${checkpoint} ${percent}`);
  });
}

/** As the store keeps it and another process reads it. */
function begunAnew(run: Run): Run {
  const held = decodeRecord(runChange({ version: 0, value: null }, run).text, runSchema, 'run');
  if (held instanceof SwarmError) throw held;
  return held.value;
}

test.for([1, 3, 5, 7])('Agent-%i fires the same when all is told twice and cut by restarts', (agent, ctx) => {
  ctx.skip(!existsSync(folder), `skipped: no recorded histories in ${folder}`);
  const versions = versionsOf(agent);
  const once = play(versions, (run) => run);
  const random = makeRandom(agent);
  const cut = (run: Run) => (random() < 0.2 ? begunAnew(run) : run);
  expect(once.length).toBeGreaterThan(0);
  expect(
    play(
      versions.flatMap((one) => [one, one]),
      cut,
    ),
  ).toEqual(once);
});

const agents = [1, 3, 5, 7];
/** Versions of different agents that have the same time came of one commit: nothing tells which was first. */
type Told = Version & { readonly agent: string };

/** All four as one swarm, by the parts that a live one has. @param kill whether the process dies at its next write */
async function tell(told: readonly Told[], kill: () => boolean): Promise<readonly string[]> {
  let now = 0;
  const store = createMemoryStore({
    isRedisAway: () => false,
    wrote: () => {
      if (kill()) throw new SwarmError(coreErrors.aborted, 'killed on purpose');
    },
  });
  const given: JobOrder<JobName>[] = [];
  const jobs = notingSink((order) => given.push(order));
  const rules = { ackTimeoutMs: Infinity, ackTries: 3, ackRetryMs: Infinity };
  const fitness = { silentAfterMs: Infinity, maxOpen: Infinity, dryAfterMs: Infinity };
  const ids = agents.map((one) => `Agent-${one}`);
  const begin = () => {
    const clock = { now: () => now, sleep: () => Promise.resolve() };
    const inbox = { deliver: never, withdraw: never };
    const ledger = createLedger({ store, jobs, clock, inbox }, { ...rules, ...fitness, reportTo: [] });
    const options = {
      agents: ids.map((id) => ({ id, inbox: id })),
      chain: () => ({ chain: ids, end: 'loop' as const, schedules: [] }),
    };
    const intake = createIntake({ store, ledger, clock, logger: silentLogger }, { ...options, ...fitness });
    return { ledger, intake };
  };
  let process = begin();
  /** Does it again after a death, as the sweep of the next process does. */
  const survive = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (thrown) {
      if (!(thrown instanceof SwarmError) || thrown.kind !== coreErrors.aborted) throw thrown;
      process = begin();
      await survive(work);
    }
  };
  for (const { agent, at, raw } of told) {
    now = at * 1_000;
    await survive(async () => void (await process.intake.observe(agent, raw, now)));
  }
  for (const { gas } of await store.openDeliveries()) {
    await survive(async () => process.ledger.settle((await store.delivery(gas.id)).value ?? missing(gas.id)));
  }
  expect([...new Set(given.map(({ correlationId }) => correlationId))].toSorted()).toEqual(
    [...store.all.keys()].toSorted(),
  );
  return [...store.all.values()].map(({ gas }) =>
    [gas.from, gas.to, gas.epoch, gas.mission, gas.checkpoint, gas.percent].join(' | '),
  );
}

function never(): never {
  throw new Error('nothing is laid down here');
}

function missing(id: string): never {
  throw new Error(`no ${id}`);
}

test('the whole swarm delivers the same however its equal times are shuffled, doubled and cut', async (ctx) => {
  ctx.skip(!existsSync(folder), `skipped: no recorded histories in ${folder}`);
  const all: readonly Told[] = agents.flatMap((agent) =>
    versionsOf(agent).map((one) => ({ ...one, agent: `Agent-${agent}` })),
  );
  const inOrder = all.toSorted((a, b) => a.at - b.at);
  const once = await tell(inOrder, () => false);
  expect(once).toHaveLength(38 + 20 + 11);
  const badly = fc.record({
    seed: fc.nat(),
    doubled: fc.uniqueArray(fc.nat({ max: all.length - 1 })),
    kills: fc.uniqueArray(fc.nat({ max: 400 }), { maxLength: 60 }),
  });
  await fc.assert(
    fc.asyncProperty(badly, async ({ seed, doubled, kills }) => {
      const random = makeRandom(seed);
      const told = [...all, ...doubled.flatMap((at) => all[at] ?? [])]
        .map((one) => ({ one, place: random() }))
        .toSorted((a, b) => a.one.at - b.one.at || a.place - b.place)
        .map(({ one }) => one);
      const dies = new Set(kills);
      let writes = 0;
      const kill = () => {
        writes += 1;
        return dies.has(writes);
      };
      const shuffled = await tell(told, kill);
      expect(shuffled.toSorted()).toEqual(once.toSorted());
    }),
    { seed: 33, numRuns: 25 },
  );
});
