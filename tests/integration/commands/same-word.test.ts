// A second person's word that comes more than once under one id: it counts once, and is told alike each time.
import { describe, expect } from 'vitest';
import { createLimits } from '../../../src/access/index.ts';
import type { Address } from '../../../src/contracts/chat.ts';
import { correlationIdOf } from '../../../src/contracts/ids.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { createGate } from '../../unit/core/gate.ts';
import { carol, open } from './approvals-scene.ts';
import { alice, bob } from './scene.ts';

const replyTo: Address = { surface: 'http', place: 'bob' };
const accepted = { kind: 'accepted', correlationId: correlationIdOf('i-7'), toldElsewhere: true };
const away = () => Promise.reject(new SwarmError(coreErrors.redisUnavailable, 'connect ECONNREFUSED'));

type Scene = ReturnType<typeof open>;
const word = ({ intake }: Scene, confirmationId: string, verdict: 'yes' | 'no', id = 'k-1') =>
  intake.decide({ id, confirmationId, verdict, identity: bob, replyTo });

describe('a word under one id', () => {
  it('is answered as the first time, also in that its reports go elsewhere', async ({ redis, prefix }) => {
    const scene = open(redis, prefix, { limits: {} });
    const id = await scene.asked('restart prod-slam', alice, 'i-7');
    const first = await word(scene, id, 'yes');
    expect(first).toMatchObject(accepted);
    expect(await word(scene, id, 'yes')).toEqual(first);
  });

  it('is one word when it comes to another process before the first has kept its reply', async ({
    redis,
    prefix,
  }) => {
    const store = createLimits(redis, { prefix });
    const kept = createGate();
    const settle: typeof store.settle = (...given) => kept.passed.then(() => store.settle(...given));
    const one = open(redis, prefix, { limits: {}, limitStore: { ...store, settle } });
    const other = open(redis, prefix, { limits: {}, clock: one.clock });
    const id = await other.asked('restart prod-slam', alice, 'i-7');
    const first = word(one, id, 'yes');
    await eventually(async () => (await one.approvals.find(id))?.state === 'done');
    const second = await word(other, id, 'yes');
    kept.open();
    expect([await first, second]).toMatchObject([accepted, accepted]);
    expect(new Set([...one.orders(), ...other.orders()].map(idOf)).size).toBe(1);
  });

  it.for([
    ['yes', accepted],
    ['no', { kind: 'dropped' }],
  ] as const)(
    'that was a %s is no other one when its process was killed before its reply was kept',
    async ([verdict, told], { redis, prefix }) => {
      const limitStore = { ...createLimits(redis, { prefix }), settle: away };
      const killed = open(redis, prefix, { limits: {}, limitStore });
      const next = open(redis, prefix, { limits: {}, clock: killed.clock });
      const id = await killed.asked('restart prod-slam', alice, 'i-7');
      await word(killed, id, verdict);
      expect(await word(next, id, verdict)).toMatchObject(told);
      expect(new Set([...killed.orders(), ...next.orders()].map(idOf)).size).toBe(verdict === 'yes' ? 1 : 0);
    },
  );

  it('comes too late after that of another, and after one’s own under another id', async ({
    redis,
    prefix,
  }) => {
    const scene = open(redis, prefix, { limits: {} });
    const id = await scene.asked('restart prod-slam', alice, 'i-7');
    await word(scene, id, 'yes');
    expect([
      await word(scene, id, 'yes', 'k-2'),
      await scene.intake.decide({ id: 'k-1', confirmationId: id, verdict: 'yes', identity: carol, replyTo }),
    ]).toMatchObject([{ code: 'decided' }, { code: 'decided' }]);
  });
});

function idOf(order: unknown): unknown {
  return typeof order === 'object' && order !== null && 'id' in order ? order.id : undefined;
}
