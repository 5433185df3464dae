// The recorded histories, told badly: each version twice, and the reader stopped at random points and begun anew from what
// the store had. The same checkpoints must fire.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { newRun, type Run, readFor, transitionRun } from '../../src/pipeline/machine.ts';
import { decodeRecord, encodeRecord, runSchema } from '../../src/pipeline/records.ts';
import { SwarmError } from '../../src/core/errors.ts';
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
    return step.effects.map(({ checkpoint, percent }) => `${run.epoch} ${checkpoint} ${percent}`);
  });
}

/** As the store keeps it and another process reads it. */
function begunAnew(run: Run): Run {
  const held = decodeRecord(encodeRecord(1, run), runSchema, 'run');
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
