// Each gate, closed when what it is read from cannot be reached: first open, or shut by what is recorded, then without Redis.
// What stands behind the rights has tests beside it: the limits in commands/limits, approvals in commands/approvals-kept, the
// record in commands/record, the file in commands/intake and api/keys, the effect in queue/restart-service.
import { describe, expect, it as plain, onTestFinished } from 'vitest';
import { type GateName, gateNames } from '../../../src/access/verdict.ts';
import type { Identity, Place } from '../../../src/contracts/chat.ts';
import { closeRedis, createCommandRedis } from '../../../src/core/redis.ts';
import { it } from '../../support/fixtures.ts';
import { alice, aliceTv, createRig, stranger } from './rig.ts';

const slam = 'service.restart:slam';
const studio: Place = { surface: 'discord', id: '70' };
type Rig = ReturnType<typeof createRig>;

interface Case {
  readonly identity: Identity;
  readonly permission: string;
  readonly place: Place | null;
  /** What is put into Redis for it. */
  readonly record: (rig: Rig) => Promise<unknown>;
  /** Which gate shuts it while Redis answers; null: none does. */
  readonly shutBy: GateName | null;
}

const link = async (rig: Rig) => {
  const offered = await rig.access.offerCode(alice);
  return rig.access.enterCode(aliceTv, offered.code);
};

const cases: Readonly<Record<GateName, Case>> = {
  policy: { identity: alice, permission: slam, place: null, record: async () => null, shutBy: null },
  deny: {
    ...{ identity: alice, permission: slam, place: null },
    record: (rig) => rig.done(`revoke alice ${slam}`),
    shutBy: 'deny',
  },
  grant: {
    ...{ identity: stranger, permission: 'gas.send', place: null },
    record: (rig) => rig.done('grant discord:999 gas.send'),
    shutBy: null,
  },
  place: {
    ...{ identity: stranger, permission: 'alert.silence', place: studio },
    record: (rig) => rig.done('grant role discord:999 studio'),
    shutBy: null,
  },
  platform: { identity: aliceTv, permission: slam, place: null, record: link, shutBy: null },
};

plain('there is a case for each gate that there is', () => {
  expect(Object.keys(cases)).toEqual([...gateNames]);
});

describe.each(Object.entries(cases))('the gate %s', (_name, { record, shutBy, ...wish }) => {
  it('is closed when its store cannot be reached, to the wish and right before the effect', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    await record(createRig({ redis, prefix }));
    const far = createCommandRedis({ url: redisUrl, name: 'far' });
    onTestFinished(() => closeRedis(far));
    const { policy } = createRig({ redis: far, prefix });
    expect((await policy.decide(wish)).blockedBy?.name ?? null).toBe(shutBy);
    closeRedis(far);
    const verdict = await policy.decide(wish);
    expect([verdict.allowed, verdict.blockedBy?.name, verdict.fault?.code]).toEqual([
      false,
      'policy',
      'REDIS_UNAVAILABLE',
    ]);
    const { surface, id } = wish.identity;
    await expect(policy.allows(`${surface}:${id}`, wish.permission)).rejects.toMatchObject({
      code: 'REDIS_UNAVAILABLE',
    });
  });
});
