// Where a word was said and whose it is, when that is asked again later.
import { describe, expect } from 'vitest';
import { it } from '../../support/fixtures.ts';
import { open, policyOf } from './approvals-scene.ts';
import { alice, bob } from './scene.ts';

describe('a word', () => {
  it('keeps the server it was said on, for the sweep that does what a crash left', async ({
    redis,
    prefix,
  }) => {
    const places = [{ permissions: ['service.*'], in: ['discord-server:70'] }];
    const scene = open(redis, prefix, { policy: policyOf((given) => ({ ...given, places })) });
    const replyTo = { surface: 'discord', place: 'c-1' } as const;
    const place = { surface: 'discord', id: 'c-1', server: '70' } as const;
    const line = 'restart prod-slam';
    const reply = await scene.intake.handle({
      ...{ id: 'i-7', identity: alice, replyTo, place, input: { kind: 'line', line } as const },
    });
    const id = reply.kind === 'confirm' ? reply.confirmationId : '';
    scene.jobs.down = true;
    await scene.intake.decide({ confirmationId: id, verdict: 'yes', identity: bob, replyTo, place });
    scene.jobs.down = false;
    scene.clock.advance(3_001);
    await scene.intake.sweep();
    expect([scene.orders().length, (await scene.approvals.find(id))?.state]).toEqual([1, 'done']);
  });

  it('takes a wish back, though whoever asked has lost the right meanwhile', async ({ redis, prefix }) => {
    const { asked, decide, setPolicy, approvals } = open(redis, prefix);
    const id = await asked('restart prod-slam');
    const own = await asked('restart slam');
    const people = { alice: { role: 'viewer', identities: ['discord:111'] } };
    setPolicy(policyOf((given) => ({ ...given, people: { ...given.people, ...people } })));
    expect(await decide(id, 'no', alice)).toMatchObject({ kind: 'dropped' });
    expect(await decide(own, 'no', alice)).toMatchObject({ kind: 'dropped' });
    expect((await approvals.find(id))?.state).toBe('withdrawn');
  });
});
