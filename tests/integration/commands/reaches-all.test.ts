// An order that reaches every service, whatever name it bears: judged by all that it does.
import { expect } from 'vitest';
import { createPolicy } from '../../../src/access/index.ts';
import { catalogueFor } from '../../../src/commands/index.ts';
import { it } from '../../support/fixtures.ts';
import { createScene, policyDocument } from './scene.ts';

const specs = catalogueFor({ restartReachesAll: true });
const rulesOf = (operator: unknown) =>
  createPolicy({ ...policyDocument, roles: { ...policyDocument.roles, operator } });

it('is denied to whoever may not restart one of those that it reaches', async ({ redis, prefix }) => {
  const scene = createScene(redis, prefix, { specs });
  scene.setPolicy(rulesOf({ allow: ['service.restart:*'], deny: ['service.restart:hub'] }));
  expect(await scene.say('restart slam')).toMatchObject({
    code: 'denied',
    text: 'Not allowed for Alice: the role `operator` denies `service.restart:hub`.',
  });
  scene.setPolicy(rulesOf(['service.restart:slam']));
  expect(await scene.say('restart slam')).toMatchObject({ code: 'denied' });
});

it('waits for a second person where the rules want one for any of those', async ({ redis, prefix }) => {
  const scene = createScene(redis, prefix, { specs });
  expect(await scene.say('restart slam')).toMatchObject({
    kind: 'confirm',
    level: 'two-persons',
    prompt:
      'Restart slam? The hub broadcasts the order: every other service that listens restarts too. It needs a second person.',
  });
});
