// How long an edit waits for the one before it.
import { expect, it } from 'vitest';
import { LiveMessages } from '../../../src/bots/discord/live.ts';
import type { Report } from '../../../src/contracts/chat.ts';
import { ManualClock } from '../core/manual-clock.ts';

class HastyClock extends ManualClock {
  readonly slept: number[] = [];
  override sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.advance(ms);
    return Promise.resolve();
  }
}

it('no edit waits for longer where the clock was set back', async () => {
  const clock = new HastyClock();
  const done = () => Promise.resolve({ id: '5' });
  const api = { get: done, put: done, post: done, patch: done };
  const memory = { recall: () => Promise.resolve(null), remember: () => Promise.resolve() };
  const { signal } = new AbortController();
  const live = new LiveMessages({ api, memory, clock, signal }, { minEditMs: 1_500 });
  await live.report(report(0));
  clock.advance(-600_000);
  await live.report(report(1));
  expect(clock.slept).toEqual([1_500]);
});

function report(seq: number): Report {
  return {
    ...{ to: { surface: 'discord', place: '9' }, about: 'a-1', kind: 'notice', subject: 'x', seq },
    ...{ final: false, steps: [], text: 'x' },
  };
}
