// What is told of a grant or a revocation is what is true from then on, whatever the file and its marks say.
import { expect } from 'vitest';
import { it } from '../../support/fixtures.ts';
import { alice, createRig, stranger } from './rig.ts';

it('says of a grant what denies it all the same', async ({ redis, prefix }) => {
  const { done, may } = createRig({ redis, prefix });
  expect(await done('grant alice service.restart:prod-web')).toBe(
    'alice was granted `service.restart:prod-web`, but the role `operator` denies `service.restart:prod-*`',
  );
  await done('revoke alice gas.*');
  expect(await done('grant alice gas.send')).toBe(
    'alice was granted `gas.send`, but a revocation by olga denies `gas.*`',
  );
  expect(await may(alice, 'gas.send')).toBe(false);
});

it('says of a role what else denies a part of it, and where it counts', async ({ redis, prefix }) => {
  const { done, may } = createRig({ redis, prefix });
  await done('revoke discord:999 gas.*');
  expect(await done('grant role discord:999 operator')).toBe(
    'discord:999 has the role `operator` from now on',
  );
  expect(await done('grant role alice lead')).toBe(
    'alice was granted the role `lead`, but the role `operator` denies `service.restart:prod-*`',
  );
  expect(await may(alice, 'service.restart:prod-web')).toBe(false);
  expect(await done('grant role discord:999 studio')).toBe(
    'discord:999 was granted the role `studio`, but it counts only in `discord-channel:70`; ' +
      'the rules allow `alert.*` only in `discord`, `console`, `twitch-channel:swarm`',
  );
});

it('says of a permission where the rules allow it at all', async ({ redis, prefix }) => {
  const { done, may } = createRig({ redis, prefix });
  expect(await done('grant discord:999 alert.silence')).toBe(
    'discord:999 was granted `alert.silence`, but the rules allow `alert.*` only in `discord`, `console`, `twitch-channel:swarm`',
  );
  expect(await may(stranger, 'alert.silence', { surface: 'cli', id: 'local' })).toBe(false);
});

it('revokes what a role of the platform allows, also while nobody vouches for it', async ({
  redis,
  prefix,
}) => {
  const { done, may } = createRig({ redis, prefix });
  const slam = 'service.restart:slam';
  await done(`grant discord:999 ${slam}`);
  expect(await done(`revoke discord:999 ${slam}`)).toBe(`discord:999 may no longer do \`${slam}\``);
  expect(await may({ ...stranger, marks: ['role:900'] }, slam)).toBe(false);
});
