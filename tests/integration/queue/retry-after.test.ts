// A job whose far side says how long it wants to be left alone.
import { describe, expect } from 'vitest';
import { domainErrors } from '../../../src/contracts/errors.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { producer, stored, sweep, sweeper } from './rig.ts';
import { startHost } from './started-host.ts';

describe('a job', () => {
  it('is not tried again before the far side wants to be asked', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const busy = () =>
      Promise.reject(new SwarmError(domainErrors.inboxUnreachable, 'HTTP 429', { retryAfterMs: 300_000 }));
    await producer(place).add(sweep('j-1'));
    await startHost(place, [sweeper(busy).handler]);
    const { delay } = await eventually(() => stored(place, 'j-1'), {
      accept: (job) => Number(job['delay']) > 0,
    });
    expect(delay).toBe('300000');
  });
});
