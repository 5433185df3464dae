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
