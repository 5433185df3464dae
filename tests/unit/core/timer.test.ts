import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { startTimer, within } from '../../../src/core/timer.ts';
import { ManualClock } from './manual-clock.ts';

describe('a timer', () => {
  it('is over when its time is', async () => {
    const clock = new ManualClock();
    const { over } = startTimer(clock, 100);
    clock.advance(100);
    expect(await over).toBeUndefined();
  });

  it('that was called off is never over, and faults nobody', async () => {
    const clock = new ManualClock();
    const timer = startTimer(clock, 100);
    let isOver = false;
    void timer.over.then(() => {
      isOver = true;
    });
    timer.callOff();
    timer.callOff();
    clock.advance(1_000);
    await nextTurn();
    expect(isOver).toBe(false);
  });
});

describe('work within a time', () => {
  const late = () => 'late';

  it('gives what it comes to', async () => {
    expect(await within(new ManualClock(), { ms: 1, late }, Promise.resolve('done'))).toBe('done');
  });

  it('gives its fault', async () => {
    const work = Promise.reject(new RangeError('bad'));
    await expect(within(new ManualClock(), { ms: 1, late }, work)).rejects.toThrow('bad');
  });

  it('gives something else when it takes longer', async () => {
    const clock = new ManualClock();
    const given = within(clock, { ms: 100, late }, new Promise<string>(() => undefined));
    clock.advance(100);
    expect(await given).toBe('late');
  });
});

describe('the clock of the system', () => {
  it('ends a sleep with the reason of the signal, whenever it fired', async () => {
    const stop = new AbortController();
    const sleeping = systemClock.sleep(60_000, stop.signal);
    stop.abort('enough');
    await expect(sleeping).rejects.toBe('enough');
    await expect(systemClock.sleep(60_000, stop.signal)).rejects.toBe('enough');
  });

  it('ends a sleep by an AbortError when no reason was given', async () => {
    const stop = new AbortController();
    const sleeping = systemClock.sleep(60_000, stop.signal);
    stop.abort();
    await expect(sleeping).rejects.toMatchObject({ name: 'AbortError' });
  });
});
