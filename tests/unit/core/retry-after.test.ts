import { describe, expect, it } from 'vitest';
import { longestRetryAfterMs, retryAfterOf } from '../../../src/core/retry-after.ts';

const now = Date.parse('2026-01-02T03:04:05Z');

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    [' 7 ', 7_000],
    ['Fri, 02 Jan 2026 03:04:35 GMT', 30_000],
    ['Friday, 02-Jan-26 03:04:35 GMT', 30_000],
    ['Fri, 02 Jan 2026 03:00:00 GMT', 0],
    ['86400', longestRetryAfterMs],
    ['Sat, 02 Jan 2027 03:04:35 GMT', longestRetryAfterMs],
  ])('%s', (header, ms) => {
    expect(retryAfterOf(header, now)).toBe(ms);
  });

  it.each([null, '', 'soon', '-5', '1.5', '1e9', 'Fri, 99 Foo'])('%s says nothing', (header) => {
    expect(retryAfterOf(header, now)).toBeUndefined();
  });
});
