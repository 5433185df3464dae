import { describe } from 'vitest';
import { queueFault } from '../../../src/queue/faults.ts';
import { it } from '../../support/fixtures.ts';
import { queueSamples } from './queue.ts';
import { expectVerdict } from './sample.ts';

describe('what BullMQ raises', () => {
  it.for(queueSamples)('$what: $is', (sample, { redisUrl, prefix }) =>
    expectVerdict(sample, { redisUrl, prefix }, queueFault),
  );
});
