// Where a word was said and whose it is, when that is asked again later.
import { describe, expect } from 'vitest';
import { createPolicy } from '../../../src/access/index.ts';
import { nothingRecorded, type Recall } from '../../../src/access/recall.ts';
import { catalogue } from '../../../src/commands/index.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { createGate } from '../../unit/core/gate.ts';
import { open, policyOf } from './approvals-scene.ts';
import { alice, bob, createScene, policyDocument } from './scene.ts';

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

  it('is judged by what is recorded of the speaker at its moment, read once', async ({ redis, prefix }) => {
    const reads: string[] = [];
    const recall: Recall = {
      ...nothingRecorded,
      read: (principal, ownerOf) => {
        reads.push(principal);
        return nothingRecorded.read(principal, ownerOf);
      },
    };
    const scene = createScene(redis, prefix, { policy: createPolicy(policyDocument, recall) });
    const id = await scene.asked('restart slam');
    reads.length = 0;
    expect(await scene.decide(id)).toMatchObject({ kind: 'accepted' });
    expect(reads).toEqual(['discord:111']);
  });

  it('gives the order beside the note of it, and is taken once both stand', async ({ redis, prefix }) => {
    const noted = createGate();
    const actions = { note: () => noted.passed, find: async () => [] };
    const scene = createScene(redis, prefix, { ports: { actions } });
    let taken = false;
    const reply = scene.decide(await scene.asked('restart slam')).finally(() => {
      taken = true;
    });
    await eventually(() => scene.jobs.ids.length === 1);
    expect(taken).toBe(false);
    noted.open();
    expect(await reply).toMatchObject({ kind: 'accepted' });
  });

  it('whose note fails is made good by the sweep, as one order', async ({ redis, prefix }) => {
    let trouble: Error | null = new Error('Redis is gone');
    const note = () => (trouble ? Promise.reject(trouble) : Promise.resolve());
    const scene = open(redis, prefix, { ports: { actions: { note, find: async () => [] } } });
    const id = await scene.asked('restart slam');
    expect(await scene.decide(id)).toMatchObject({ kind: 'refusal', code: 'unavailable' });
    trouble = null;
    scene.clock.advance(3_001);
    await scene.intake.sweep();
    expect([new Set(scene.jobs.ids).size, (await scene.approvals.find(id))?.state]).toEqual([1, 'done']);
  });

  it('that nobody has to say leaves the order to wait for its note', async ({ redis, prefix }) => {
    const note = () => Promise.reject(new Error('Redis is gone'));
    const specs = catalogue.map((spec) =>
      spec.name === 'restart' && spec.kind === 'action' ? { ...spec, danger: 'none' as const } : spec,
    );
    const scene = createScene(redis, prefix, { specs, ports: { actions: { note, find: async () => [] } } });
    expect(await scene.say('restart slam')).toMatchObject({ kind: 'refusal', code: 'unavailable' });
    expect(scene.jobs.ids).toEqual([]);
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
