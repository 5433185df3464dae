import { describe, expect, it } from 'vitest';
import type { JobLook } from '../../../src/contracts/ports.ts';
import { Faults } from '../../../src/core/faults.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { TickWatch } from '../../../src/pipeline/tick-watch.ts';

const minute = 60_000;

function createScene() {
  const added: string[] = [];
  const codes: string[] = [];
  const faults = new Faults();
  faults.listen(({ code, message }) => codes.push(`${code} ${message}`));
  const held = { next: minute, renewed: 0, found: 'open' as Awaited<ReturnType<JobLook>> };
  const watch = new TickWatch(
    { look: async () => held.found, faults, logger: silentLogger },
    {
      name: 'sweep',
      nextAt: () => held.next,
      order: (tick) => {
        const at = tick.toISOString();
        const facts = { id: at, correlationId: at, causationId: null, principal: 'system:schedule' };
        return { name: 'pipeline.sweep', ...facts, body: { tick: at } };
      },
      add: async (tick) => {
        added.push(tick.toISOString());
        held.found = 'open';
      },
      renew: async () => {
        held.renewed += 1;
        held.next += minute;
      },
    },
  );
  watch.begins();
  const tick = (at: number) => {
    held.next = at + minute;
    watch.came(new Date(at));
  };
  return { added, codes, held, watch, tick };
}

describe('the watch over a schedule', () => {
  it('G6 puts a tick back whose timer did not fire, makes the timer anew, and raises a fault', async () => {
    const { added, codes, held, watch } = createScene();
    held.found = 'missing';
    await watch.check(minute + 4_999);
    expect(added).toEqual([]);
    await watch.check(minute + 5_000);
    expect([added, held.renewed]).toEqual([['1970-01-01T00:01:00.000Z'], 1]);
    expect(codes[0]).toContain('TICK_MISSED sweep at 1970-01-01T00:01:00.000Z: its timer did not fire');
  });

  it('says nothing of a tick that another replica had', async () => {
    const { added, codes, held, watch } = createScene();
    held.found = 'done';
    await watch.check(minute + 5_000);
    expect([added, codes, held.renewed]).toEqual([[], [], 1]);
  });

  it('G6 puts a job back that was removed before it ended', async () => {
    const { added, codes, held, watch, tick } = createScene();
    tick(minute);
    await watch.check(minute + 5_000);
    expect(added).toEqual([]);
    held.found = 'missing';
    await watch.check(minute + 6_000);
    expect(added).toEqual(['1970-01-01T00:01:00.000Z']);
    expect(codes[0]).toContain('its job was no longer in the queue');
  });

  it('does not look any more for a job that has ended', async () => {
    const { added, held, watch, tick } = createScene();
    tick(minute);
    held.found = 'done';
    await watch.check(minute + 5_000);
    held.found = 'missing';
    await watch.check(minute + 6_000);
    expect(added).toEqual([]);
  });
});
