// A dry run of a word on what waits: says what would be decided, and decides nothing of it.
import { describe, expect } from 'vitest';
import { it } from '../../support/fixtures.ts';
import { open } from './approvals-scene.ts';
import { alice, bob, stranger } from './scene.ts';

describe('a dry run of a word', () => {
  it.for([
    ['approve', 'yes', 'it is done, as alice asked'],
    ['deny', 'no', 'it ends, and nothing is done'],
  ] as const)(
    'says what %s would decide, and leaves it waiting',
    async ([word, verdict, then], { redis, prefix }) => {
      const scene = open(redis, prefix);
      const id = await scene.asked('restart prod-slam');
      expect(await scene.say(`${word} ${id} --dry-run`, bob)).toMatchObject({
        kind: 'answer',
        answer: {
          title: `Dry run of ${word} ${id}: nothing was decided`,
          rows: [
            { label: 'who', value: `Bob may say ${verdict}` },
            { label: 'what', value: 'Restart prod-slam?' },
            { label: 'then', value: then },
          ],
          data: { dryRun: true, command: word, id, verdict, of: { command: 'restart' } },
        },
      });
      expect(await scene.approvals.find(id)).toMatchObject({ state: 'pending', decided: null });
      expect([scene.orders(), await scene.recorded()]).toEqual([[], ['restart: asked, allowed']]);
    },
  );

  it('may be asked for by name, too', async ({ redis, prefix }) => {
    const scene = open(redis, prefix);
    const id = await scene.asked('restart slam');
    const reply = await scene.intake.handle({
      ...{ id: 'by-name', identity: alice, replyTo: { surface: 'discord', place: 'c-1' }, dryRun: true },
      input: { kind: 'parsed', command: 'approve', args: { id } },
    });
    expect(reply).toMatchObject({ kind: 'answer', answer: { data: { dryRun: true } } });
    expect(await scene.approvals.find(id)).toMatchObject({ state: 'pending' });
  });

  it('is refused to whose word would not count', async ({ redis, prefix }) => {
    const scene = open(redis, prefix);
    const id = await scene.asked('restart prod-slam');
    expect(await scene.say(`approve ${id} --dry-run`, alice)).toMatchObject({ code: 'denied' });
    expect(await scene.say(`deny ${id} --dry-run`, stranger)).toMatchObject({ code: 'denied' });
    expect(await scene.approvals.find(id)).toMatchObject({ state: 'pending' });
  });

  it('does not do again what was approved and lost on its way', async ({ redis, prefix }) => {
    const scene = open(redis, prefix);
    const id = await scene.asked('restart slam');
    scene.jobs.down = true;
    await scene.decide(id);
    scene.jobs.down = false;
    expect(await scene.say(`approve ${id} --dry-run`)).toMatchObject({ code: 'decided' });
    expect(scene.orders()).toEqual([]);
  });

  it('says that its time is over, and does not end it', async ({ redis, prefix }) => {
    const scene = open(redis, prefix);
    const id = await scene.asked('restart slam');
    scene.clock.advance(61_000);
    expect(await scene.say(`approve ${id} --dry-run`)).toMatchObject({ code: 'no-confirmation' });
    expect(await scene.approvals.find(id)).toMatchObject({ state: 'pending' });
  });

  it('of what was altered in the store does not end it', async ({ redis, prefix }) => {
    const scene = open(redis, prefix);
    const id = await scene.asked('restart slam');
    const stored = await redis.hget(`${prefix}:approval:${id}`, 'request');
    await redis.hset(`${prefix}:approval:${id}`, 'request', stored?.replaceAll('slam', 'slim') ?? '');
    expect(await scene.say(`approve ${id} --dry-run`)).toMatchObject({ code: 'no-confirmation' });
    expect(await scene.approvals.find(id)).toMatchObject({ state: 'pending' });
  });
});
