import { expect, it, onTestFinished } from 'vitest';
import { LoopWatch } from '../../../src/core/loop-watch.ts';
import { createStop } from '../../../src/core/stop.ts';
import { ManualClock } from './manual-clock.ts';

/** A watch whose beats come when the test lets them. */
function beating() {
  const clock = new ManualClock(0);
  const watch = new LoopWatch({ clock, monotonic: () => clock.now() });
  const stop = createStop();
  void watch.keepBeating(stop.signal);
  onTestFinished(() => stop.abort());
  const beatAfter = async (ms: number) => {
    clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { watch, beatAfter };
}

it('is on time before anything was late, and while beats come up to 200 ms late', async () => {
  const { watch, beatAfter } = beating();
  expect(watch.isLate).toBe(false);
  await beatAfter(100);
  await beatAfter(300);
  expect(watch.isLate).toBe(false);
});

it('is late from one beat that came later than that, until 5 s have passed without another', async () => {
  const { watch, beatAfter } = beating();
  await beatAfter(301);
  expect(watch.isLate).toBe(true);
  for (let i = 0; i < 49; i += 1) await beatAfter(100);
  expect(watch.isLate).toBe(true);
  await beatAfter(100);
  expect(watch.isLate).toBe(false);
});
