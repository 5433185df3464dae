// A drain whose process died before it could tell how it ended.
import { describe, expect } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { Faults } from '../../../src/core/faults.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { createHolds } from '../../../src/queue/holds.ts';
import { makeLostDrains } from '../../../src/queue/lost-drains.ts';
import { QueueShelf } from '../../../src/queue/queue-shelf.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { createGate } from '../../unit/core/gate.ts';
import { type Draining, openBusy, openScene } from './hold-scene.ts';
import { ended, sweep } from './rig.ts';

describe('a drain without a process', () => {
  it('that failed for good is given up by the next one, and told to who ordered it', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const dying = createGate();
    let isDead = false;
    const onDrain: Draining = (desk) => ({
      drain: async (queue, by) => {
        await desk.drain(queue, by, AbortSignal.abort());
        throw new SwarmError(coreErrors.redisAuth, 'not let in');
      },
      endDrain: (queue) => {
        if (isDead) return desk.endDrain(queue);
        // here the first process ends
        dying.open();
        return new Promise(() => undefined);
      },
    });
    const scene = await openBusy({ redis, redisUrl, prefix }, { onDrain });
    await scene.hold('drain');
    await dying.passed;
    scene.end.open();
    await scene.host.stop();
    expect([scene.told, (await scene.view())?.hold?.state]).toEqual([[], 'draining']);
    isDead = true;
    await scene.start();
    await eventually(() => scene.told.length === 1);
    expect([scene.told, (await scene.view())?.hold]).toEqual([
      [
        'drain of queue pipeline: not drained: its process died before it was told; `queue show o-1` has the reason; the drain is given up, and workers take from the queue again',
      ],
      null,
    ]);
  });

  it('of which nothing is left lets workers take from the queue again', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const scene = await openScene(place);
    await scene.jobs.add(sweep('j-1'));
    await scene.desk.drain('pipeline', 'console:local', AbortSignal.abort());
    // nothing ran, so it was drained at once; as it lay before that
    await redis.hset(
      `${prefix}:queue-holds`,
      'pipeline',
      JSON.stringify({ state: 'draining', since: 1, by: 'console:local' }),
    );
    await scene.start();
    expect(await ended(place, 'j-1')).toBe('completed');
    await eventually(async () => (await scene.view())?.hold === null);
  });

  it('is not one that still waits for what runs', async ({ redis, redisUrl, prefix }) => {
    const scene = await openBusy({ redis, redisUrl, prefix });
    await scene.drain();
    const shelf = new QueueShelf(redis, { prefix });
    const holds = createHolds({ redis, shelf, clock: systemClock }, { prefix });
    const failed = () => Promise.reject(new SwarmError(coreErrors.aborted, 'told as failed'));
    const look = makeLostDrains({ holds, shelf, logger: silentLogger, faults: new Faults(), failed });
    for (let looks = 0; looks < 4; looks += 1) await look();
    expect([(await scene.view())?.hold?.state, scene.told]).toEqual(['draining', []]);
    await shelf.close();
    scene.end.open();
    await eventually(() => scene.told.length === 1);
  });
});
