// Queues that are held for all processes, and the jobs by which people do it.
import { describe, expect } from 'vitest';
import { domainErrors } from '../../../src/contracts/errors.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { createGate } from '../../unit/core/gate.ts';
import { openScene } from './hold-scene.ts';
import { ended, sweep } from './rig.ts';

describe('a queue that is paused', () => {
  it('G8 is not worked on by any process, also a new one, and says by whom and since when', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const scene = await openScene(place);
    const first = await scene.start();
    const before = Date.now();
    await scene.hold('pause');
    await eventually(() => scene.told.length === 1);
    await scene.jobs.add(sweep('j-1'));
    await first.stop();
    await scene.start();
    // a job of another queue is the proof that the new process works
    await scene.hold('pause');
    await eventually(() => scene.told.length === 2);
    expect(await scene.view()).toMatchObject({ waiting: 1, hold: { state: 'paused', by: 'console:local' } });
    expect((await scene.view())?.hold?.since).toBeGreaterThanOrEqual(before);
    expect([scene.work.runs, scene.told[0]]).toEqual([
      [],
      'pause of queue pipeline: no worker takes from it now; what runs goes on',
    ]);
    await scene.hold('resume');
    expect(await ended(place, 'j-1')).toBe('completed');
    expect((await scene.view())?.hold).toBeNull();
  });

  it('is never one through which it would be resumed', async ({ redis, redisUrl, prefix }) => {
    const scene = await openScene({ redis, redisUrl, prefix });
    await scene.start();
    await scene.hold('pause', 'control');
    await eventually(() => scene.told.length === 1);
    expect([scene.told, (await scene.view('control'))?.hold]).toEqual([
      ['pause of queue control: this queue is never held'],
      null,
    ]);
  });

  it('is left as it was by somebody who lost the right meanwhile', async ({ redis, redisUrl, prefix }) => {
    const scene = await openScene({ redis, redisUrl, prefix });
    scene.granted.clear();
    await scene.start();
    await scene.hold('pause');
    await eventually(() => scene.told.length === 1);
    expect(scene.told[0]).toContain('needs the permission queue.hold:pipeline');
    expect((await scene.view())?.hold).toBeNull();
  });
});

describe('dead letters by order', () => {
  it('G3 are redriven one or all, and it is told what came of them', async ({ redis, redisUrl, prefix }) => {
    const place = { redis, redisUrl, prefix };
    let lucky = false;
    const scene = await openScene(place, async () => {
      if (!lucky) throw new SwarmError(domainErrors.agentUnknown, 'no such agent');
    });
    await scene.start();
    for (const id of ['a-1', 'b-1', 'b-2']) await scene.jobs.add(sweep(id));
    for (const id of ['a-1', 'b-1', 'b-2']) await ended(place, id);
    expect(await scene.view()).toMatchObject({ dead: 3 });
    lucky = true;
    await scene.letters({ order: 'redrive', id: 'a-1', queue: null });
    await eventually(() => scene.told.length === 1);
    await scene.letters({ order: 'redrive', id: null, queue: 'pipeline' });
    await eventually(() => scene.told.length === 2);
    await scene.letters({ order: 'redrive', id: null, queue: null });
    await eventually(() => scene.told.length === 3);
    expect(scene.told).toEqual([
      'redrive of a-1: 1 put back into the queue',
      'redrive of all dead letters of pipeline: 2 put back into the queue',
      'redrive of all dead letters: there is none',
    ]);
    await eventually(async () => (await redis.zcard(`${prefix}:bull:pipeline:completed`)) === 3);
  });

  it('that were put back before the order was called off are counted, and so are those that were not', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const begun = createGate();
    const goesOn = createGate();
    let lucky = false;
    const scene = await openScene(
      place,
      async () => {
        if (!lucky) throw new SwarmError(domainErrors.agentUnknown, 'no such agent');
      },
      {
        onRedrive: (desk) => ({
          redrive: async (letter) => {
            begun.open();
            await goesOn.passed;
            return desk.redrive(letter);
          },
        }),
      },
    );
    await scene.start();
    for (const id of ['a-1', 'b-1', 'b-2']) await scene.jobs.add(sweep(id));
    for (const id of ['a-1', 'b-1', 'b-2']) await ended(place, id);
    lucky = true;
    await scene.letters({ order: 'redrive', id: null, queue: null });
    await begun.passed;
    expect(await scene.cancel('c-1', 'cli:local')).toBe('cancelling');
    await eventually(() => scene.signals[0]?.aborted === true);
    goesOn.open();
    await eventually(() => scene.told.length === 1);
    expect([scene.told, (await scene.view())?.dead]).toEqual([
      [
        'queue.letters: queue.letters: cancelled by cli:local; before that 1 put back into the queue; 2 left as they were',
      ],
      2,
    ]);
  });
});
