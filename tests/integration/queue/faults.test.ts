// What the workers note as faults: each try that failed, the end of a job, a wrong clock.
import { describe, expect } from 'vitest';
import { domainErrors } from '../../../src/contracts/errors.ts';
import { type Clock, systemClock } from '../../../src/core/clock.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import { Faults } from '../../../src/core/faults.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { ended, producer, sweep, sweeper } from './rig.ts';
import { startHost } from './started-host.ts';

function heardBy(faults: Faults): string[] {
  const heard: string[] = [];
  faults.listen(({ code }, where) => heard.push(`${code} ${where}`));
  return heard;
}

describe('a job', () => {
  it('that fails notes each try, and its end once', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    const faults = new Faults();
    const heard = heardBy(faults);
    const { handler } = sweeper(() =>
      Promise.reject(new SwarmError(domainErrors.storeConflict, 'somebody was quicker')),
    );
    await startHost(place, [handler], { faults });
    await producer(place).add(sweep('j-1'));
    expect(await ended(place, 'j-1')).toBe('failed');
    await eventually(() => heard.length === 3);
    expect(heard).toEqual([
      'STORE_CONFLICT job pipeline.sweep',
      'STORE_CONFLICT job pipeline.sweep',
      'JOB_FAILED job pipeline.sweep',
    ]);
  });
});

describe('a clock that is wrong', () => {
  it('is noted once, however long it lasts', async ({ redis, redisUrl, prefix }) => {
    const faults = new Faults();
    const heard = heardBy(faults);
    let looked = 0;
    const clock: Clock = {
      now: () => Date.now() + 60_000,
      sleep: (_ms, signal) => {
        looked += 1;
        return systemClock.sleep(20, signal);
      },
    };
    await startHost({ redis, redisUrl, prefix }, [sweeper().handler], { faults, clock });
    await eventually(() => looked > 5);
    expect(heard).toEqual(['CLOCK_SKEWED workers']);
  });
});
