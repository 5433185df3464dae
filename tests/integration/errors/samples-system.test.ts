import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'vitest';
import { toSwarmError } from '../../../src/core/errors.ts';
import { fetchSamples } from './fetch.ts';
import { expectVerdict } from './sample.ts';
import { systemSamples } from './system.ts';

describe('what Node raises', () => {
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'swarmline-errors-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it.for([...systemSamples, ...fetchSamples])('$what: $is', (sample) =>
    expectVerdict(sample, { dir }, toSwarmError),
  );
});
