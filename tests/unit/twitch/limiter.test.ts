import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createLimiter,
  joinLimits,
  type LimiterOptions,
  messageLimits,
} from '../../../src/bots/twitch/limiter.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { AccountLimits, realLimits } from '../../peers/twitch/limits.ts';

function virtualClock(): Clock & { advance(ms: number): void } {
  let now = 1_000_000;
  return { now: () => now, sleep: () => Promise.resolve(), advance: (ms) => (now += ms) };
}

const seeds = fc.array(
  fc.record({
    privileged: fc.boolean(),
    pauseMs: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 20_000 })),
    /** How long the line travels: Twitch counts it when it arrives. */
    travelMs: fc.integer({ min: 0, max: 900 }),
  }),
  { minLength: 1_000, maxLength: 1_000 },
);

describe('the limiter', () => {
  it('never lets 10,000 random sends break the limits of Twitch, in rooms with and without a badge', () => {
    fc.assert(
      fc.property(seeds, (sends) => {
        const clock = virtualClock();
        const limiter = createLimiter(messageLimits, clock);
        const twitch = new AccountLimits(realLimits);
        let lastArrival = 0;
        const verdicts = sends.map(({ privileged, pauseMs, travelMs }, index) => {
          clock.advance(pauseMs);
          clock.advance(limiter.waitMs(privileged));
          limiter.record();
          lastArrival = Math.max(lastArrival, clock.now() + travelMs);
          return twitch.message('#swarm', `text ${index}`, privileged, lastArrival);
        });
        expect(verdicts.filter((verdict) => verdict !== 'ok')).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });

  it('never joins more channels than Twitch heeds', () => {
    const clock = virtualClock();
    const limiter = createLimiter(joinLimits, clock);
    const twitch = new AccountLimits(realLimits);
    const heeded = Array.from({ length: 100 }, () => {
      clock.advance(limiter.waitMs(false));
      limiter.record();
      return twitch.join(clock.now());
    });
    expect(heeded).not.toContain(false);
  });

  it('lets no wait be too short to end: after it, the line may go', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 300 }), (rooms) => {
        const clock = virtualClock();
        const limiter = createLimiter(messageLimits, clock);
        for (const privileged of rooms) {
          clock.advance(limiter.waitMs(privileged));
          expect(limiter.waitMs(privileged)).toBe(0);
          limiter.record();
        }
      }),
    );
  });

  it('counts lines of moderated rooms against the plain cap: one counter, two caps', () => {
    const clock = virtualClock();
    const options: LimiterOptions = { windowMs: 30_000, cap: 18, privilegedCap: 95, spacingMs: 0 };
    const limiter = createLimiter(options, clock);
    for (let sent = 0; sent < 25; sent += 1) limiter.record();
    expect([limiter.waitMs(true), limiter.waitMs(false)]).toEqual([0, 30_000]);
  });

  it('keeps plain lines 1.2 s apart', () => {
    const clock = virtualClock();
    const limiter = createLimiter(messageLimits, clock);
    limiter.record();
    clock.advance(200);
    expect(limiter.waitMs(false)).toBe(1_000);
  });

  it('withholds no line for longer where the clock was set back', () => {
    const clock = virtualClock();
    const limiter = createLimiter(messageLimits, clock);
    limiter.penalise();
    clock.advance(-600_000);
    expect(limiter.waitMs(true)).toBe(messageLimits.windowMs);
    clock.advance(messageLimits.windowMs);
    limiter.record();
    clock.advance(-600_000);
    expect(limiter.waitMs(false)).toBe(messageLimits.spacingMs);
  });

  it('is silent for a whole window after Twitch said that it was too much', () => {
    const clock = virtualClock();
    const limiter = createLimiter(messageLimits, clock);
    limiter.penalise();
    expect(limiter.waitMs(true)).toBe(messageLimits.windowMs);
  });
});
