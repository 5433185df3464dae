// `result` of what never became an action.
import { describe, expect } from 'vitest';
import { correlationIdOf } from '../../../src/contracts/ids.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { it } from '../../support/fixtures.ts';
import { alice, bob, createScene, stranger } from './scene.ts';

function open(redis: Redis, prefix: string) {
  const scene = createScene(redis, prefix);
  const told = async (id: string) => {
    const reply = await scene.say(`result ${id}`);
    return reply.kind === 'answer' ? [reply.answer.title, reply.answer.note] : reply;
  };
  return { ...scene, told };
}

const done = 'Nothing was done.';

describe('result of a wish', () => {
  it.for([
    [
      'that waits',
      'asked, no word on it yet',
      'It is not done before its yes; `approvals` shows what waits.',
    ],
    ['that was declined', 'declined', done],
    ['that was withdrawn', 'withdrawn', done],
    ['that expired', 'expired', done],
  ] as const)(
    '%s tells so, by its own id and by that of the use',
    async ([how, state, note], { redis, prefix }) => {
      const scene = open(redis, prefix);
      const id = await scene.asked('restart prod-slam', alice, 'i-wish');
      // whose word counts for nothing changes nothing of it
      await scene.decide(id, 'yes', stranger);
      if (how === 'that was declined') await scene.decide(id, 'no', bob);
      if (how === 'that was withdrawn') await scene.decide(id, 'no', alice);
      if (how === 'that expired') {
        scene.clock.advance(3_600_000);
        await scene.intake.sweep();
      }
      const use = correlationIdOf('i-wish');
      const expected = [`restart prod-slam: ${state}`, note];
      for (const typed of [id, use, use.slice(0, 7), use.slice(1, 7)]) {
        expect(await scene.told(typed)).toEqual(expected);
      }
    },
  );

  it('that was refused tells so', async ({ redis, prefix }) => {
    const scene = open(redis, prefix);
    await scene.say('restart slam', stranger, 'i-denied');
    expect(await scene.told(correlationIdOf('i-denied'))).toEqual(['restart slam: denied', done]);
  });

  it('that nobody had is unknown', async ({ redis, prefix }) => {
    expect(await open(redis, prefix).told('xabcdef')).toMatchObject([
      'Unknown: no action xabcdef in the last 7 days',
      undefined,
    ]);
  });
});
