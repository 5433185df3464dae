import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/contracts/chat.ts';
import type { JobOrder } from '../../../src/contracts/jobs.ts';
import { gatherReports } from '../../../src/queue/gathered.ts';
import { inQueue } from '../../support/kept.ts';
import { ManualClock } from '../core/manual-clock.ts';

function orderOf(seq: number, final = false): JobOrder<'chat.report'> {
  const body: Report = {
    ...{ to: { surface: 'console', place: 'main' }, about: 'c', kind: 'restart', subject: 'slam' },
    ...{ seq, final, text: '', steps: [] },
  };
  return {
    name: 'chat.report',
    id: `r-${seq}`,
    correlationId: 'c',
    causationId: null,
    principal: 'x:1',
    body,
  };
}

function createScene() {
  const clock = new ManualClock();
  const added: string[] = [];
  const scene = { fault: null as Error | null };
  const reports = gatherReports({
    clock,
    jobs: {
      add: async ({ id }) => {
        if (scene.fault) throw scene.fault;
        added.push(id);
        return inQueue;
      },
    },
  });
  /** Lets go whatever is due. */
  const pass = async (ms: number) => {
    clock.advance(ms);
    for (let turns = 0; turns < 10; turns += 1) await Promise.resolve();
  };
  return Object.assign(scene, { added, pass, reports });
}

describe('reports of one action', () => {
  it('that come within a moment leave as the newest of them', async () => {
    const { reports, added, pass } = createScene();
    await reports.add(orderOf(0));
    await pass(60);
    await reports.add(orderOf(1));
    expect(added).toEqual([]);
    await pass(40);
    expect(added).toEqual(['r-1']);
  });

  it('that come after the end are not told: it has told their steps', async () => {
    const { reports, added, pass } = createScene();
    await reports.add(orderOf(3, true));
    await reports.add(orderOf(2));
    await pass(200);
    expect(added).toEqual(['r-3']);
  });

  it('leave one by one when they come slowly', async () => {
    const { reports, added, pass } = createScene();
    for (const seq of [0, 1, 2]) {
      await reports.add(orderOf(seq));
      await pass(100);
    }
    expect(added).toEqual(['r-0', 'r-1', 'r-2']);
  });

  it('leave at once when they end it, and take what was kept with them', async () => {
    const { reports, added, pass } = createScene();
    await reports.add(orderOf(0));
    await reports.add(orderOf(1, true));
    expect(added).toEqual(['r-1']);
    await pass(1_000);
    expect(added).toEqual(['r-1']);
  });

  it('leave when they are let go', async () => {
    const { reports, added } = createScene();
    await reports.add(orderOf(0));
    await reports.flush();
    expect(added).toEqual(['r-0']);
  });

  it('that could not be added by themselves fail the next one', async () => {
    const scene = createScene();
    await scene.reports.add(orderOf(0));
    scene.fault = new Error('Redis is away');
    await scene.pass(100);
    scene.fault = null;
    await expect(scene.reports.add(orderOf(1, true))).rejects.toThrow('Redis is away');
    expect(scene.added).toEqual([]);
  });
});
