// Who is told when their time is over.
import { expect, it } from 'vitest';
import { DeadlineWatch } from '../../../src/queue/deadline-watch.ts';
import { ManualClock } from '../core/manual-clock.ts';

/** Counts its sleeps, and those that are not over. */
class CountedClock extends ManualClock {
  begun = 0;
  open = 0;

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.begun += 1;
    this.open += 1;
    try {
      await super.sleep(ms, signal);
    } finally {
      this.open -= 1;
    }
  }
}

async function advance(clock: ManualClock, ms: number) {
  clock.advance(ms);
  await new Promise((resolve) => setImmediate(resolve));
}

function open() {
  const clock = new CountedClock();
  const told: string[] = [];
  const watch = new DeadlineWatch({ clock, monotonic: () => clock.now() });
  return { clock, told, watch, begin: (name: string, ms: number) => watch.begin(ms, () => told.push(name)) };
}

it('each is told when its own time is over, whichever began first, and once', async () => {
  const { clock, told, begin } = open();
  begin('long', 1_000);
  begin('short', 300);
  await advance(clock, 200);
  begin('later', 1_000);
  expect(told).toEqual([]);
  await advance(clock, 100);
  expect(told).toEqual(['short']);
  await advance(clock, 700);
  expect(told).toEqual(['short', 'long']);
  await advance(clock, 200);
  expect(told).toEqual(['short', 'long', 'later']);
  await advance(clock, 5_000);
  expect(told).toHaveLength(3);
});

it('one that has ended is not told, and one that began anew has its whole time', async () => {
  const { clock, told, begin } = open();
  begin('ended', 1_000).end();
  const again = begin('again', 1_000);
  await advance(clock, 900);
  again.again();
  await advance(clock, 900);
  expect(told).toEqual([]);
  await advance(clock, 100);
  expect(told).toEqual(['again']);
});

it('a thousand short ones cost one sleep', async () => {
  const { clock, begin } = open();
  for (let i = 0; i < 1_000; i += 1) {
    begin('one', 30_000).end();
    clock.advance(1);
  }
  expect(clock.begun).toBe(1);
});

it('once closed nothing sleeps, and what begins afterwards is told', async () => {
  const { clock, told, watch, begin } = open();
  begin('before', 1_000);
  watch.close();
  await new Promise((resolve) => setImmediate(resolve));
  expect(clock.open).toBe(0);
  begin('after', 1_000);
  await advance(clock, 1_000);
  expect(told).toContain('after');
});
