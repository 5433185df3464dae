// A policy that denies everything is told with the health of the process, whichever way it came to that.
import { expect, it } from 'vitest';
import { createPolicy, loadPolicy } from '../../../src/access/index.ts';
import { policyCheck } from '../../../src/app/health.ts';

const empty = 'it allows nobody anything';

it.each([
  ['no roles and no people', { roles: {}, people: {} }, empty],
  ['a role that nobody has', { roles: { owner: ['*'] }, people: {} }, empty],
  ['roles that allow nothing', { roles: { mute: { deny: ['*'] } }, everyone: 'mute', people: {} }, empty],
  ['a role for everyone', { roles: { viewer: ['ask'] }, everyone: 'viewer', people: {} }, ''],
  [
    'a role for a person',
    { roles: { owner: ['*'] }, people: { o: { roles: ['owner'], identities: [] } } },
    '',
  ],
  ['a role for a mark', { roles: { owner: ['*'] }, people: {}, marks: { 'discord-role:1': 'owner' } }, ''],
])('of a policy with %s says %3$s', (_what, document, detail) => {
  const health = detail === '' ? 'healthy' : 'unhealthy';
  expect(policyCheck(createPolicy(document))).toEqual({ name: 'policy', hard: false, health, detail });
});

it('of a policy that is not there says why', async () => {
  expect(policyCheck(await loadPolicy('/nowhere/policy.yaml'))).toMatchObject({
    health: 'unhealthy',
    detail: expect.stringContaining('/nowhere/policy.yaml'),
  });
});
