// What a client of Redis sends, in how many writes, and what it reads of the clocks.
import { describe, expect, vi } from 'vitest';
import { clockSkewMs } from '../../../src/core/redis.ts';
import { it } from '../../support/fixtures.ts';

describe('a client', () => {
  it('sends what is said in one turn in one write, in its order', async ({ redis, prefix }) => {
    await redis.ping();
    const [alone, together] = [vi.spyOn(redis.stream, '_write'), vi.spyOn(redis.stream, '_writev')];
    const key = `${prefix}:count`;
    const counts = await Promise.all(Array.from({ length: 100 }, () => redis.incr(key)));
    expect(counts).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect([alone.mock.calls.length, together.mock.calls.length]).toEqual([0, 1]);
  });

  it('goes on after its connection was cut in the middle of a turn', async ({ redis, prefix }) => {
    await redis.ping();
    const said = redis.set(`${prefix}:key`, 'before').catch(() => null);
    redis.stream.destroy();
    await said;
    expect(await redis.set(`${prefix}:key`, 'after')).toBe('OK');
    expect(await redis.get(`${prefix}:key`)).toBe('after');
  });
});

it('a clock that is set while Redis is asked for its time is told by the whole jump', async ({ redis }) => {
  let aheadMs = 0;
  const now = () => Date.now() + aheadMs;
  const skewMs = clockSkewMs(redis, now);
  aheadMs = 3_600_000;
  expect(Math.abs((await skewMs) - aheadMs)).toBeLessThan(600_000);
});
