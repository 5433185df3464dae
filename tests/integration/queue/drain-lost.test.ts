// A drain and jobs that were begun, are held by no worker any more, and may go on all the same.
import { describe, expect } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { bindHandler, createQueueDesk } from '../../../src/queue/index.ts';
import { openStory } from '../../../src/queue/story.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { notingSink } from '../../support/kept.ts';
import { createGate } from '../../unit/core/gate.ts';
import { openBusy } from './hold-scene.ts';
import { createHost, producer } from './rig.ts';

describe('a drain', () => {
  it('is not done while a job whose lock ran out may go on, names it, and is once its handler has ended', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const scene = await openBusy({ redis, redisUrl, prefix }, { drainMs: 1_500 });
    await scene.desk.pause('pipeline', 'console:local');
    await redis.del(`${prefix}:bull:pipeline:j-1:lock`);
    await eventually(async () => (await scene.view())?.active === 0);
    await scene.hold('drain');
    await eventually(() => scene.told.length === 1);
    expect(scene.told[0]).toContain(
      'not drained: 1 still run (begun, and held by no worker any more: pipeline.sweep j-1) after 1.5 s',
    );
    scene.end.open();
    await eventually(async () => (await redis.zscore(`${prefix}:inbox`, 'j-1')) !== null);
    await scene.hold('drain');
    await eventually(() => scene.told.length === 2);
    expect(scene.told[1]).toContain('nothing of it runs any more');
  });

  it('is not done while the order of a restart that was handed back is out', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const place = { redis, redisUrl, prefix };
    const { replyTo, out } = { replyTo: { surface: 'console', place: 'main' }, out: createGate() } as const;
    const jobs = notingSink(() => undefined);
    const restart = bindHandler({
      name: 'service.restart',
      run: async ({ service }, { envelope: { correlationId, id: causationId, principal }, signal }) => {
        const about = { correlationId, causationId, principal, to: replyTo, subject: service };
        const story = await openStory({ redis, jobs }, { prefix, ...about, kind: 'restart' });
        await story.tell({ state: 'sent', at: 1, detail: '' }, { final: false, text: 'sent' });
        out.open();
        await systemClock.sleep(60_000, signal);
      },
      dead: () => Promise.resolve(),
    });
    const host = createHost(place, [restart], { jobs });
    await host.start();
    const facts = { id: 'r-1', correlationId: 'c-1', causationId: null, principal: 'console:local' };
    const body = { service: 'slam', mode: 'graceful', reason: '', replyTo } as const;
    await producer(place).add({ name: 'service.restart', ...facts, body });
    await out.passed;
    await host.stop();
    const desk = createQueueDesk({ redis, clock: systemClock }, { prefix });
    const drained = await desk.drain('services', 'console:local', AbortSignal.abort());
    expect(drained).toEqual({ left: 1, lost: ['service.restart r-1'], gone: [], takenOver: null });
    await desk.close();
  });
});
