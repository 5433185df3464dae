// The guard in memory: bounded in what one may have under way, and in whom it remembers.
import { describe, expect, it } from 'vitest';
import { createFloodGuard } from '../../../src/access/index.ts';
import { ManualClock } from '../core/manual-clock.ts';

const bounds = { pending: 2, rate: { burst: 3, everyMs: 1_000 } };

/** Lets ann in and out at once, again and again. */
function passing(clock: ManualClock) {
  const guard = createFloodGuard(clock);
  return () => {
    const entry = guard.enter('ann', bounds);
    if (entry.kind === 'entered') entry.leave();
    return entry;
  };
}

describe('the flood guard', () => {
  it('lets in as many at once as may be under way', () => {
    const guard = createFloodGuard(new ManualClock());
    expect([1, 2, 3].map(() => guard.enter('ann', bounds).kind)).toEqual(['entered', 'entered', 'full']);
  });

  it('lets the next in when one has left', () => {
    const guard = createFloodGuard(new ManualClock());
    const [first] = [guard.enter('ann', bounds), guard.enter('ann', bounds)];
    if (first?.kind === 'entered') first.leave();
    expect(guard.enter('ann', bounds).kind).toBe('entered');
  });

  it('tells who is too fast how long to wait, and takes them then', () => {
    const clock = new ManualClock();
    const pass = passing(clock);
    for (let i = 0; i < 3; i += 1) pass();
    expect(pass()).toEqual({ kind: 'full', retryAfterMs: 1_000 });
    clock.advance(1_000);
    expect(pass().kind).toBe('entered');
  });

  it('has nobody wait for longer where the clock was set back', () => {
    const clock = new ManualClock();
    const pass = passing(clock);
    pass();
    clock.advance(-600_000);
    expect([pass().kind, pass().kind, pass()]).toEqual([
      'entered',
      'entered',
      { kind: 'full', retryAfterMs: 1_000 },
    ]);
    clock.advance(1_000);
    expect(pass().kind).toBe('entered');
  });

  it('remembers so many and no more, and forgets who is idle', () => {
    const clock = new ManualClock();
    const guard = createFloodGuard(clock, { most: 2 });
    const leave = (key: string) => {
      const entry = guard.enter(key, bounds);
      if (entry.kind === 'entered') entry.leave();
      return entry.kind;
    };
    expect([leave('a'), leave('b'), leave('c'), guard.size]).toEqual(['entered', 'entered', 'full', 2]);
    clock.advance(5_000);
    expect([leave('c'), guard.size]).toEqual(['entered', 1]);
  });

  it('forgets who is idle also after the clock was set back', () => {
    const clock = new ManualClock();
    const guard = createFloodGuard(clock, { most: 1 });
    const leave = (key: string) => {
      const entry = guard.enter(key, bounds);
      if (entry.kind === 'entered') entry.leave();
      return entry.kind;
    };
    expect([leave('a'), leave('b')]).toEqual(['entered', 'full']);
    clock.advance(-600_000);
    expect(leave('b')).toBe('full');
    clock.advance(5_000);
    expect(leave('b')).toBe('entered');
  });
});
