// A policy that denies everything is told with the health of the process, whichever way it came to that.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createPolicy, loadLivePolicy, loadPolicy } from '../../../src/access/index.ts';
import { policyCheck } from '../../../src/app/health.ts';
import { ManualClock } from '../core/manual-clock.ts';

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
  expect(policyCheck({ ...createPolicy(document), refused: null })).toEqual({
    name: 'policy',
    hard: false,
    health,
    detail,
  });
});

it('of a policy that is not there says why', async () => {
  expect(policyCheck({ ...(await loadPolicy('/nowhere/policy.yaml')), refused: null })).toMatchObject({
    health: 'unhealthy',
    detail: expect.stringContaining('/nowhere/policy.yaml'),
  });
});

it('of a policy that broke while it was in force says since when, and that the rules of before decide', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'swarmline-policy-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const path = join(dir, 'policy.yaml');
  const sound = 'roles: {viewer: [ask]}\neveryone: viewer\npeople: {}\n';
  const clock = new ManualClock(Date.UTC(2026, 10, 26, 14, 5));
  await writeFile(path, sound);
  const policy = await loadLivePolicy(path, { clock });
  await writeFile(path, 'roles: [');
  await policy.reload(path);
  clock.advance(3_600_000);
  await policy.reload(path);
  expect(policyCheck(policy)).toMatchObject({
    health: 'unhealthy',
    detail: expect.stringMatching(
      /^the policy file cannot be read since 2026-11-26 14:05 UTC; the rules of before are in force: .*policy\.yaml/,
    ),
  });
  expect(await policy.allows('discord:1', 'ask')).toBe(true);
  await writeFile(path, sound);
  await policy.reload(path);
  expect(policyCheck(policy).health).toBe('healthy');
});
