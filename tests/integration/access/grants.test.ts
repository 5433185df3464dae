import { describe, expect } from 'vitest';
import { closeRedis, createCommandRedis } from '../../../src/core/redis.ts';
import { it } from '../../support/fixtures.ts';
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { alice, aliceTv, createRig, lea, olga, stranger } from './rig.ts';

const hour = 3_600_000;
const slam = 'service.restart:slam';

describe('a grant', () => {
  it('counts at once in every process, and on every surface', async ({ redis, prefix }) => {
    const [one, other] = [createRig({ redis, prefix }), createRig({ redis, prefix })];
    const http = { surface: 'http', id: 'alice', name: 'alice' } as const;
    expect(await other.may(alice, 'gas.send')).toBe(false);
    expect(await one.done('grant alice gas.send')).toBe('alice may do `gas.send` from now on');
    expect([await other.may(alice, 'gas.send'), await other.may(http, 'gas.send')]).toEqual([true, true]);
    expect(await other.policy.allows('discord:111', 'gas.send')).toBe(true);
  });

  it('ends by itself when its time is over', async ({ redis, prefix }) => {
    const { clock, done, may, policy } = createRig({ redis, prefix });
    expect(await done('grant discord:999 gas.send for 2h')).toBe(
      'discord:999 may do `gas.send` from now on, until 2023-11-15 00:13 UTC',
    );
    clock.advance(2 * hour - 1);
    expect(await may(stranger, 'gas.send')).toBe(true);
    clock.advance(1);
    expect([await may(stranger, 'gas.send'), await policy.allows('discord:999', 'gas.send')]).toEqual([
      false,
      false,
    ]);
  });

  it('gives a role as a whole, with what the role denies', async ({ redis, prefix }) => {
    const { done, may } = createRig({ redis, prefix });
    await done('grant role discord:999 operator 1d');
    expect([await may(stranger, slam), await may(stranger, 'service.restart:prod-db')]).toEqual([
      true,
      false,
    ]);
  });

  it('does nothing a second time, also when it was revoked meanwhile', async ({ redis, prefix }) => {
    const { say, confirm, done, may } = createRig({ redis, prefix });
    const asked = await say('grant discord:999 gas.send');
    const id = asked.kind === 'confirm' ? asked.confirmationId : '';
    await confirm(id);
    await done('revoke discord:999 gas.send');
    expect(await confirm(id)).toMatchObject({ answer: { title: 'This was done before' } });
    expect(await may(stranger, 'gas.send')).toBe(false);
  });

  it('gives another version to the decisions that it takes part in', async ({ redis, prefix }) => {
    const { policy, done } = createRig({ redis, prefix });
    const version = async () =>
      (await policy.decide({ identity: alice, permission: 'ask', place: null })).policyVersion;
    const before = await version();
    await done('grant alice gas.send');
    const granted = await version();
    await done('revoke alice gas.send');
    expect([granted === before, (await version()) === before]).toEqual([false, true]);
  });

  it('shows in whoami with what is left of it', async ({ redis, prefix }) => {
    const { clock, done, say } = createRig({ redis, prefix });
    await done('grant alice gas.send 2h');
    clock.advance(hour / 2);
    expect(await say('whoami', alice)).toMatchObject({
      answer: {
        title: 'You are alice',
        rows: [
          { label: 'identities', value: 'discord:111, http:alice' },
          { label: 'roles', value: 'operator, studio' },
          { label: 'granted', value: 'gas.send, by olga, for 90 min more, until 2023-11-15 00:13 UTC' },
        ],
      },
    });
  });
});

describe('a revocation', () => {
  it('takes at once what the file allows, and a grant gives it back', async ({ redis, prefix }) => {
    const [one, other] = [createRig({ redis, prefix }), createRig({ redis, prefix })];
    expect(await one.done(`revoke alice ${slam}`)).toBe(`alice may no longer do \`${slam}\``);
    expect([await other.may(alice, slam), await other.may(alice, 'service.restart:mesh')]).toEqual([
      false,
      true,
    ]);
    expect(await other.policy.allows('discord:111', slam)).toBe(false);
    await one.done(`grant alice ${slam}`);
    expect(await other.may(alice, slam)).toBe(true);
  });

  it('takes a role, and leaves what it denies denied', async ({ redis, prefix }) => {
    const { done, may } = createRig({ redis, prefix });
    await done('revoke role alice operator');
    expect([await may(alice, slam), await may(alice, 'ask')]).toEqual([false, false]);
    await done('grant alice service.restart:*');
    expect([await may(alice, slam), await may(alice, 'service.restart:prod-db')]).toEqual([true, false]);
  });

  it('leaves nothing behind of what only a grant allowed', async ({ redis, prefix }) => {
    const { done, grants, clock } = createRig({ redis, prefix });
    await done('grant alice gas.send');
    await done('revoke alice gas.send');
    expect(await grants.of(['alice'], clock.now())).toEqual([]);
  });

  it('binds an identity also when it joins another person', async ({ redis, prefix }) => {
    const { done, may, access } = createRig({ redis, prefix });
    await done(`revoke twitch:222 ${slam}`);
    const { code } = await access.offerCode(alice);
    await access.enterCode(aliceTv, code);
    expect([await may(aliceTv, 'service.restart:mesh'), await may(aliceTv, slam)]).toEqual([true, false]);
    await done(`grant twitch:222 ${slam}`);
    expect(await may(aliceTv, slam)).toBe(true);
  });

  it('reaches what an identity was granted before it joined the person', async ({ redis, prefix }) => {
    const { clock, done, may, access } = createRig({ redis, prefix });
    await done('grant twitch:222 gas.send');
    clock.advance(1_000);
    await access.enterCode(aliceTv, (await access.offerCode(alice)).code);
    for (const who of ['twitch:222', 'alice']) {
      await done('grant alice gas.send');
      expect([await may(aliceTv, 'gas.send'), await may(alice, 'gas.send')]).toEqual([true, true]);
      await done(`revoke ${who} gas.send`);
      expect([await may(aliceTv, 'gas.send'), await may(alice, 'gas.send')]).toEqual([false, false]);
    }
  });
});

describe('nobody grants', () => {
  it.for([
    // who, line, why not
    [lea, 'grant lea service.restart:slam', 'Nobody grants to themselves.'],
    [lea, 'grant discord:555 service.restart:slam', 'Nobody grants to themselves.'],
    [
      lea,
      'grant alice gas.send',
      'You cannot pass on `gas.send`, which you do not hold yourself everywhere.',
    ],
    [lea, 'grant alice *', 'You cannot pass on `*`, which you do not hold yourself everywhere.'],
    [lea, 'grant alice service.*', 'You cannot pass on `service.*`, which you do not hold'],
    [lea, 'grant role alice owner', 'You cannot pass on `*`, which you do not hold yourself everywhere.'],
    [olga, 'grant role alice boss', 'No role `boss`; there are: viewer, operator, lead, studio, owner.'],
    [olga, 'grant alice operator', '`operator` is a role: use `grant role` or `revoke role`.'],
    [olga, 'grant alise gas.send', 'No person `alise` is known. Did you mean `alice`?'],
    [olga, 'grant discord:<@&900> gas.send', 'Nobody is called `discord:<@&900>`.'],
    [olga, 'grant discord-role:900 gas.send', 'Nobody is called `discord-role:900`.'],
    [olga, 'grant alice gas.send sometimes', '`sometimes` is no time:'],
    [olga, 'grant alice gas.send 0h', '`0h` is no time:'],
    [olga, 'grant alice service.*:slam', '`service.*:slam` is no permission:'],
  ] as const)('what they may not: %o with %s', async ([who, line, why], { redis, prefix }) => {
    const reply = await createRig({ redis, prefix }).say(line, who);
    expect(reply).toMatchObject({
      kind: 'refusal',
      code: 'bad-argument',
      text: expect.stringContaining(why),
    });
  });

  it('for longer than they hold it themselves', async ({ redis, prefix }) => {
    const { done, clock } = createRig({ redis, prefix });
    await done('grant alice access.grant:gas.send');
    await done('grant alice gas.send 2h');
    expect(await done('grant lea gas.send', alice)).toMatch(
      /^You hold `gas.send` yourself only until .*: grant it/,
    );
    expect(await done('grant lea gas.send 3h', alice)).toMatch(/only until/);
    expect(await done('grant lea gas.send 1h', alice)).toMatch(/^lea may do `gas.send` from now on/);
    clock.advance(2 * hour);
    expect(await done('grant lea gas.send 1h', alice)).toMatch(/do not hold yourself/);
  });

  it('what was revoked from them, also as a part of something wider', async ({ redis, prefix }) => {
    const { done } = createRig({ redis, prefix });
    await done(`revoke lea ${slam}`);
    for (const what of [slam, 'service.restart:*']) {
      expect(await done(`grant alice ${what}`, lea)).toMatch(
        /a revocation by olga denies you `service.restart:slam`/,
      );
    }
  });

  it('what they hold by a role of the platform alone, or in some places alone', async ({ redis, prefix }) => {
    const { done, may } = createRig({ redis, prefix });
    await done('grant discord:999 access.grant:*');
    await done('grant alice access.grant:*');
    const operator = { ...stranger, marks: ['role:900'] } as const;
    expect(await may(operator, slam)).toBe(true);
    expect(await done(`grant lea ${slam}`, operator)).toMatch(/do not hold yourself/);
    expect(await done('grant lea alert.silence', alice)).toMatch(/do not hold yourself everywhere/);
    expect(await done('grant role lea studio', alice)).toMatch(
      /^lea was granted the role `studio`, but it counts only in `discord-channel:70`/,
    );
  });

  it('a role to whoever is the second person that approves it, by whatever name they go', async ({
    redis,
    prefix,
  }) => {
    const { say, confirm, may } = createRig({ redis, prefix });
    for (const name of ['lea', 'discord:555']) {
      const asked = await say(`grant role ${name} owner`, olga);
      const id = asked.kind === 'confirm' ? asked.confirmationId : '';
      expect(await confirm(id, lea)).toMatchObject({
        code: 'denied',
        text: 'It is for lea, so somebody else has to approve it.',
      });
    }
    expect(await may(lea, 'gas.send')).toBe(false);
  });

  it('a role to a stranger who was linked to the second person since', async ({ redis, prefix }) => {
    const { access, say, confirm, may } = createRig({ redis, prefix });
    const asked = await say('grant role twitch:222 owner', olga);
    await access.enterCode(aliceTv, (await access.offerCode(lea)).code);
    const id = asked.kind === 'confirm' ? asked.confirmationId : '';
    expect(await confirm(id, lea)).toMatchObject({
      code: 'denied',
      text: expect.stringContaining('for lea'),
    });
    expect(await may(lea, 'gas.send')).toBe(false);
  });

  it('without the permission for it', async ({ redis, prefix }) => {
    const { say, done } = createRig({ redis, prefix });
    expect(await say(`grant lea ${slam}`, alice)).toMatchObject({
      code: 'denied',
      text: 'Not allowed for Alice: it needs the permission `access.grant:service.restart:slam`.',
    });
    await done('grant alice access.grant:service.*');
    expect(await done(`grant lea ${slam}`, alice)).toBe('lea may do `service.restart:slam` from now on');
  });

  it('any more, when the right was lost between the question and the yes', async ({ redis, prefix }) => {
    const { say, confirm, done, may } = createRig({ redis, prefix });
    const asked = await say(`grant discord:999 ${slam}`, lea);
    await done(`revoke lea ${slam}`);
    const reply = await confirm(asked.kind === 'confirm' ? asked.confirmationId : '', lea);
    expect(reply).toMatchObject({
      answer: { title: expect.stringMatching(/^Nothing was granted: You cannot/) },
    });
    expect(await may(stranger, slam)).toBe(false);
  });
});

/** A client whose way to Redis can be cut. */
async function throughProxy(redisUrl: string) {
  const { proxy, url } = await TcpProxy.before(redisUrl, 6_379);
  const far = createCommandRedis({ url, name: 'test' });
  return {
    far,
    cut: () => {
      proxy.mode = 'refuse';
      proxy.cut();
    },
    close: async () => {
      closeRedis(far);
      await proxy.close();
    },
  };
}

describe('while Redis is away', () => {
  it('nobody may do more than ask, and it is told as a fault of Redis', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const { far, cut, close } = await throughProxy(redisUrl);
    try {
      const { say, may, policy } = createRig({ redis: far, prefix });
      await createRig({ redis, prefix }).done('grant alice gas.send');
      expect([await may(alice, slam), await may(alice, 'gas.send')]).toEqual([true, true]);
      cut();
      expect([await may(alice, slam), await may(alice, 'gas.send'), await may(alice, 'ask')]).toEqual([
        false,
        false,
        true,
      ]);
      // A job asks again when Redis is back; it must not be told as refused for what nobody could look up.
      await expect(policy.allows('discord:111', slam)).rejects.toMatchObject({
        code: 'REDIS_UNAVAILABLE',
        retryable: true,
      });
      expect(await say('restart slam', alice)).toMatchObject({
        code: 'unavailable',
        text: 'Redis does not answer, so nothing is known right now.',
      });
      expect(await say('help', alice)).toMatchObject({
        kind: 'answer',
        answer: { note: expect.stringContaining('what you may do cannot be read now') },
      });
    } finally {
      await close();
    }
  });

  it('a revocation of asking is still known to who saw it', async ({ redisUrl, prefix }) => {
    const { far, cut, close } = await throughProxy(redisUrl);
    try {
      const { done, may } = createRig({ redis: far, prefix });
      await done('revoke discord:999 ask');
      await done('grant discord:998 ask');
      expect(await may(stranger, 'ask')).toBe(false);
      cut();
      expect(await may(stranger, 'ask')).toBe(false);
    } finally {
      await close();
    }
  });

  it('a record that cannot be read closes every gate, since it may be a revocation', async ({
    redis,
    prefix,
  }) => {
    const { may, policy } = createRig({ redis, prefix });
    await redis.hset(`${prefix}:access:grants:alice`, 'permission x', '{"effect":"den');
    expect(await may(alice, slam)).toBe(false);
    const { fault } = await policy.decide({ identity: alice, permission: slam, place: null });
    expect(fault?.code).toBe('RECORD_UNREADABLE');
    await expect(policy.allows('discord:111', slam)).rejects.toMatchObject({ code: 'RECORD_UNREADABLE' });
  });
});
