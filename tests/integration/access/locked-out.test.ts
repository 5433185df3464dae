// Nobody takes from themselves, or from the last person who has it, the right to grant and to revoke: it could not be given
// back by command.
import { expect } from 'vitest';
import { it } from '../../support/fixtures.ts';
import { alice, createRig, lea, olga } from './rig.ts';

const yourself = (right: string) =>
  `It would take \`access.${right}:*\` or a part of it from yourself, and nobody grants to themselves.`;

it.for([
  // who, line, which right
  [olga, 'revoke olga *', 'grant'],
  [olga, 'revoke console:local * 1m', 'grant'],
  [olga, 'revoke olga access.revoke:gas.send', 'revoke'],
  [olga, 'revoke role olga owner', 'grant'],
  [lea, 'revoke lea access.*', 'grant'],
] as const)(
  'nobody loses it by their own word: %o with %s',
  async ([who, line, right], { redis, prefix }) => {
    const { done, may } = createRig({ redis, prefix });
    expect(await done(line, who)).toBe(yourself(right));
    expect(await may(who, `access.${right}:gas.send`)).toBe(true);
  },
);

it('lets go what is no right to grant, and a role whose rights another one gives', async ({
  redis,
  prefix,
}) => {
  const { done } = createRig({ redis, prefix });
  expect(await done('revoke olga gas.send')).toBe('olga may no longer do `gas.send`');
  expect(await done('revoke role olga viewer')).toBe('olga has the role `viewer` no longer');
});

it('the last person who has it keeps it', async ({ redis, prefix }) => {
  const { done, may } = createRig({ redis, prefix });
  expect(await done('revoke lea access.grant:*')).toMatch(/^lea may no longer do/);
  for (const line of ['revoke olga *', 'revoke role olga owner']) {
    expect(await done(line, lea)).toMatch(
      /^olga is the last one of the policy with all of `access.grant:\*`/,
    );
  }
  expect(await done('revoke olga access.grant:*', lea)).toBe(
    'olga is the last one of the policy with all of `access.grant:*`: give it to somebody else first.',
  );
  expect(await may(olga, 'access.grant:gas.send')).toBe(true);
  // For a time is not enough.
  await done('grant alice access.grant:* 1h');
  expect(await done('revoke olga access.grant:*', lea)).toMatch(/^olga is the last one/);
  await done('grant alice access.grant:*');
  expect(await done('revoke olga access.grant:*', lea)).toBe('olga may no longer do `access.grant:*`');
  expect([await may(olga, 'access.grant:gas.send'), await may(alice, 'access.grant:gas.send')]).toEqual([
    false,
    true,
  ]);
});

it('a denial is lifted at once by taking its field out of Redis', async ({ redis, prefix }) => {
  const { grants, clock, may } = createRig({ redis, prefix });
  const grant = {
    effect: 'deny',
    kind: 'permission',
    name: '*',
    by: 'olga',
    at: clock.now(),
    until: null,
  } as const;
  await grants.put({ id: 'o-1', person: 'olga', grant });
  expect(await may(olga, 'gas.send')).toBe(false);
  await redis.hdel(`${prefix}:access:grants:olga`, 'permission *');
  expect(await may(olga, 'gas.send')).toBe(true);
});
