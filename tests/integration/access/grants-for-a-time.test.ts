// What is said for a time lies over what was said before, which counts again afterwards; each answer tells what is so then.
import { describe, expect } from 'vitest';
import { it } from '../../support/fixtures.ts';
import { alice, aliceTv, answerOf, createRig, lea, stranger } from './rig.ts';

const minute = 60_000;
const slam = 'service.restart:slam';
const soon = '2023-11-14 22:14 UTC';

describe('for a time', () => {
  it('a grant over a lasting revocation ends with the revocation', async ({ redis, prefix }) => {
    const { clock, done, may, say } = createRig({ redis, prefix });
    await done(`revoke alice ${slam}`);
    expect(await done(`grant alice ${slam} 1m`)).toBe(
      `alice may do \`${slam}\` from now on, until ${soon}; then a revocation by olga denies \`${slam}\``,
    );
    expect(await may(alice, slam)).toBe(true);
    expect(await say('whoami', alice)).toMatchObject({
      answer: {
        rows: expect.arrayContaining([
          expect.objectContaining({
            label: 'granted',
            value: `${slam}, by olga, for 60 s more, until ${soon}; then revoked by olga`,
          }),
        ]),
      },
    });
    clock.advance(minute);
    expect(await may(alice, slam)).toBe(false);
    expect((await answerOf(say('why alice restart slam'))).title).toBe(
      'alice may not use `restart slam`: the gate `deny` blocks',
    );
  });

  it('a revocation over a lasting grant ends with the grant', async ({ redis, prefix }) => {
    const { clock, done, may } = createRig({ redis, prefix });
    await done(`grant discord:999 ${slam}`);
    expect(await done(`revoke discord:999 ${slam} 1m`)).toBe(
      `discord:999 may no longer do \`${slam}\`, until ${soon}; then a grant by olga allows \`${slam}\``,
    );
    expect(await may(stranger, slam)).toBe(false);
    clock.advance(minute);
    expect(await may(stranger, slam)).toBe(true);
  });

  it('a grant over a lasting grant ends with the lasting one', async ({ redis, prefix }) => {
    const { clock, done, may } = createRig({ redis, prefix });
    await done('grant alice gas.send');
    await done('grant alice access.grant:gas.send');
    expect(await done('grant alice gas.send 1m')).toMatch(/; then a grant by olga allows `gas.send`$/);
    // Who holds it without end may pass it on without end.
    expect(await done('grant lea gas.send', alice)).toBe('lea may do `gas.send` from now on');
    clock.advance(minute);
    expect([await may(alice, 'gas.send'), await may(lea, 'gas.send')]).toEqual([true, true]);
  });

  it('a word over one that ends later ends with it, and one that ends sooner is replaced', async ({
    redis,
    prefix,
  }) => {
    const { clock, done, may, grants } = createRig({ redis, prefix });
    await done('grant alice gas.send 2m');
    await done('revoke alice gas.send 1m');
    expect(await may(alice, 'gas.send')).toBe(false);
    clock.advance(minute);
    expect(await may(alice, 'gas.send')).toBe(true);
    expect(await done('revoke alice gas.send 5m')).toMatch(/; then nothing allows it$/);
    clock.advance(5 * minute);
    expect(await may(alice, 'gas.send')).toBe(false);
    expect(await grants.of(['alice'], clock.now())).toEqual([]);
  });

  it('a role comes back, or goes', async ({ redis, prefix }) => {
    const { clock, done, may } = createRig({ redis, prefix });
    expect(await done('revoke role alice operator 1m')).toMatch(/; then the policy gives it$/);
    await done('revoke role discord:999 operator');
    expect(await done('grant role discord:999 operator 1m')).toMatch(/; then a revocation by olga takes it$/);
    expect([await may(alice, slam), await may(stranger, slam)]).toEqual([false, true]);
    clock.advance(minute);
    expect([await may(alice, slam), await may(stranger, slam)]).toEqual([true, false]);
  });

  it('a grant leaves standing what was revoked from the identity alone', async ({ redis, prefix }) => {
    const { clock, done, may, access } = createRig({ redis, prefix });
    await done(`revoke twitch:222 ${slam}`);
    await access.enterCode(aliceTv, (await access.offerCode(alice)).code);
    await done(`grant twitch:222 ${slam} 1m`);
    expect(await may(aliceTv, slam)).toBe(true);
    clock.advance(minute);
    expect(await may(aliceTv, slam)).toBe(false);
  });
});

describe('without end', () => {
  it('a word replaces all that was said of the same', async ({ redis, prefix }) => {
    const { clock, done, may, grants } = createRig({ redis, prefix });
    await done(`revoke alice ${slam}`);
    await done(`grant alice ${slam} 2m`);
    await done(`revoke alice ${slam} 1m`);
    await done(`grant alice ${slam}`);
    expect(await may(alice, slam)).toBe(true);
    expect(await grants.of(['alice'], clock.now())).toMatchObject([{ effect: 'allow', until: null }]);
    expect(await redis.hlen(`${prefix}:access:grants:alice`)).toBe(1);
  });

  it('a revocation takes the grants away, and lets no lasting revocation below them go', async ({
    redis,
    prefix,
  }) => {
    const { clock, done, grants } = createRig({ redis, prefix });
    await done('revoke alice gas.send');
    await done('grant alice gas.send 1m');
    await done('revoke alice gas.send');
    expect(await grants.of(['alice'], clock.now())).toMatchObject([{ effect: 'deny', until: null }]);
  });
});

it('reads a record that has an end under the name of a lasting one, as older versions wrote it', async ({
  redis,
  prefix,
}) => {
  const { clock, done, may } = createRig({ redis, prefix });
  const old = { effect: 'deny', kind: 'permission', name: slam, by: 'olga', at: 0 };
  const until = clock.now() + 2 * minute;
  await redis.hset(`${prefix}:access:grants:alice`, `permission ${slam}`, JSON.stringify({ ...old, until }));
  await done(`grant alice ${slam} 1m`);
  expect(await may(alice, slam)).toBe(true);
  clock.advance(minute);
  expect(await may(alice, slam)).toBe(false);
  clock.advance(minute);
  expect(await may(alice, slam)).toBe(true);
});
