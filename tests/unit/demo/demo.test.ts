import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { agentIdSchema } from '../../../src/contracts/agents.ts';
import { droneStatusSchema } from '../../../src/contracts/drones.ts';
import { serviceNameSchema } from '../../../src/contracts/services.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { playAgent } from '../../../src/demo/agent.ts';
import { demoAgents, demoDrone, demoServices } from '../../../src/demo/cast.ts';
import { droneAt, playDrone } from '../../../src/demo/drone.ts';
import { demoLayer } from '../../../src/demo/index.ts';

const statusSchema = z.object({
  status: z.string(),
  current_mission: z.string(),
  progress: z.number().nullable(),
  current_tasks: z.array(z.string()),
  completed_tasks: z.array(z.string()),
});

describe('the simulated drone', () => {
  it('says at any time what a drone could say', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (at) => {
        const status = droneStatusSchema.parse(droneAt('demo-1', at));
        expect(status.batteryPercent).toBeGreaterThanOrEqual(20);
        expect(status.batteryPercent).toBeLessThanOrEqual(98);
        expect(status.altitudeM === 0).toBe(!status.flying);
        expect(status.altitudeM).toBeLessThanOrEqual(28);
        expect(status.video).toBe(status.flying ? 'streaming' : 'off');
      }),
    );
  });

  it('is where it was when the demo world is started again', () => {
    expect(droneAt('demo-1', 1_700_000_000_000)).toEqual(droneAt('demo-1', 1_700_000_000_000));
  });

  it('goes on when a status could not be sent', async () => {
    const stop = new AbortController();
    let sent = 0;
    const publish = async () => {
      sent += 1;
      if (sent === 3) stop.abort();
      throw new Error('RabbitMQ is gone');
    };
    const clock: Clock = { now: () => 0, sleep: () => Promise.resolve() };
    await playDrone({ publish }, { drone: 'demo-1', clock }, stop.signal);
    expect(sent).toBe(3);
  });
});

describe('the simulated agent', () => {
  let workspace = '';
  beforeEach(async () => {
    workspace = await mkdtemp(join(tmpdir(), 'swarmline-agent-'));
  });
  const ends: (() => Promise<void>)[] = [];
  // The agents first: one that still writes would make its folder again.
  afterEach(async () => {
    await Promise.all(ends.splice(0).map((end) => end()));
    await rm(workspace, { recursive: true, force: true });
  });

  /** Lets the agent work; each of its tasks lasts until `step` is called. */
  function begin({ first }: { readonly first: boolean }) {
    const stop = new AbortController();
    let wake: (() => void) | undefined;
    const clock: Clock = {
      now: () => 0,
      sleep: (_ms, signal) =>
        new Promise((resolve, reject) => {
          wake = resolve;
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
        }),
    };
    const playing = playAgent({ id: 'Agent-1', workspace, first, taskMs: 1_000 }, clock, stop.signal);
    const end = async () => {
      stop.abort();
      await playing;
    };
    ends.push(end);
    const asleep = async () => {
      await expect.poll(() => wake !== undefined, { interval: 1 }).toBe(true);
    };
    const status = async () => {
      await asleep();
      return statusSchema.parse(JSON.parse(await readFile(join(workspace, 'status.json'), 'utf8')));
    };
    /** One task later. */
    const step = async () => {
      await asleep();
      const resume = wake;
      wake = undefined;
      resume?.();
      return status();
    };
    return { status, step, end };
  }

  const untilIdle = async ({ step }: ReturnType<typeof begin>) => {
    const seen: (number | null)[] = [];
    for (let last = await step(); ; last = await step()) {
      seen.push(last.progress);
      if (last.status === 'IDLE' || seen.length > 20) return seen;
    }
  };
  const gas = (name: string) => writeFile(join(workspace, 'inbox', name), 'Go on.');

  it('waits without a mission when it is not the first', async () => {
    const agent = begin({ first: false });
    expect(await agent.step()).toMatchObject({ status: 'IDLE', current_mission: '', progress: null });
  });

  it('works through its mission to the end, over every checkpoint', async () => {
    const seen = await untilIdle(begin({ first: true }));
    expect(seen).toEqual([...seen].sort((a, b) => Number(a) - Number(b)));
    expect(
      [75, 90, 100].filter((checkpoint) => !seen.some((percent) => Number(percent) >= checkpoint)),
    ).toEqual([]);
    expect(seen.at(-1)).toBe(100);
  });

  it('tells tasks that add up to its progress', async () => {
    const { status } = begin({ first: true });
    const { completed_tasks, current_tasks, progress } = await status();
    const all = completed_tasks.length + current_tasks.length;
    expect(Math.floor((100 * completed_tasks.length) / all)).toBe(progress);
  });

  it('takes gas from its inbox, acknowledges it, and begins the next mission', async () => {
    const agent = begin({ first: false });
    await agent.step();
    await gas('1.md');
    expect(await agent.step()).toMatchObject({
      status: 'ACTIVE',
      current_mission: 'Survey 1 of Agent-1',
      progress: 0,
    });
    expect(await readdir(join(workspace, 'inbox/done'))).toEqual(['1.md']);
  });

  it('leaves alone what is still being written', async () => {
    const agent = begin({ first: false });
    await agent.step();
    await gas('.1.md.draft.tmp');
    expect(await agent.step()).toMatchObject({ status: 'IDLE' });
  });

  it('goes on with its mission when it is started again', async () => {
    const agent = begin({ first: true });
    await agent.step();
    const before = await agent.step();
    await agent.end();
    expect(await begin({ first: true }).status()).toEqual(before);
  });

  it('goes on when somebody removes its inbox', async () => {
    const agent = begin({ first: false });
    await agent.step();
    await rm(join(workspace, 'inbox'), { recursive: true });
    expect(await agent.step()).toMatchObject({ status: 'IDLE' });
  });
});

describe('the cast', () => {
  it('has names that the words of the domain allow', () => {
    expect([
      demoAgents.filter((name) => !agentIdSchema.safeParse(name).success),
      demoServices.filter((name) => !serviceNameSchema.safeParse(name).success),
      droneStatusSchema.safeParse(droneAt(demoDrone, 0)).success,
    ]).toEqual([[], [], true]);
  });

  it('is configured under its own home', () => {
    const text = JSON.stringify(demoLayer('/home', '/root').values);
    expect(demoAgents.filter((id) => !text.includes(`/home/demo/${id}/status.json`))).toEqual([]);
  });
});
