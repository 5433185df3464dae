// An order by the beginning of an id is about the one that was shown, whatever comes to begin like it before the yes.
import { expect } from 'vitest';
import { createPolicy } from '../../../src/access/index.ts';
import type { DeadLetter } from '../../../src/contracts/queues.ts';
import { it } from '../../support/fixtures.ts';
import { agent, delivery } from '../../unit/commands/ports.ts';
import { createScene, policyDocument } from './scene.ts';

const letter = (id: string): DeadLetter => ({
  ...{ id, queue: 'services', name: 'service.restart', code: 'JOB_INVALID', reason: 'no envelope' },
  ...{ attempts: 1, firstAt: 1, lastAt: 1, data: {} },
});

it.for(['discard', 'redrive'])(
  '%s is about the dead letter of the question',
  async (what, { redis, prefix }) => {
    const letters = [letter('xdead03')];
    const roles = { operator: ['ask', 'queue.*'], viewer: ['ask'] };
    const policy = createPolicy({ ...policyDocument, roles });
    const scene = createScene(redis, prefix, { known: { letters }, policy });
    const id = await scene.asked(`queue ${what} xd`);
    letters.splice(0, 1, letter('xdifferent'));
    expect(await scene.decide(id)).toMatchObject({ kind: 'accepted' });
    expect(scene.jobs.orders).toMatchObject([{ body: { order: what, id: 'xdead03' } }]);
  },
);

it('a skip is about the gas of the question, and about none where that has changed', async ({
  redis,
  prefix,
}) => {
  const wanting = (id: string) => delivery(id, { state: 'expired', wanted: true });
  const deliveries = [wanting('x1a2b3c4d5e6')];
  const known = { agents: [agent('Agent-1', { next: 'Agent-2' })], deliveries };
  const roles = { operator: ['ask', 'gas.*'], viewer: ['ask'] };
  const policy = createPolicy({ ...policyDocument, roles });
  const scene = createScene(redis, prefix, { known, policy });
  await scene.decide(await scene.asked('gas skip Agent-1 75 too old'));
  const second = await scene.asked('gas skip Agent-1 75 too old');
  deliveries.splice(0, 1);
  await scene.decide(second);
  await scene.decide(await scene.asked('gas skip Agent-1 75 too old'));
  const bodies = [['x1a2b3c4d5e6'], null, []].map((wanted) => ({ body: { wanted, reason: 'too old' } }));
  expect(scene.jobs.orders).toMatchObject(bodies);
});
