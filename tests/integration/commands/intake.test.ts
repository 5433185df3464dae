import { describe, expect } from 'vitest';
import { createPolicy, loadPolicy } from '../../../src/access/index.ts';
import { correlationIdOf } from '../../../src/contracts/ids.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { service } from '../../unit/commands/ports.ts';
import { alice, aliceOnTwitch, bob, createScene, policyDocument, stranger } from './scene.ts';

const vera = { surface: 'discord', id: '444', name: 'Vera' } as const;
const never = () => new Promise<never>(() => undefined);

describe('a question', () => {
  it('is answered at once', async ({ redis, prefix }) => {
    const reply = await createScene(redis, prefix, { known: { services: [service('slam')] } }).say(
      'services',
    );
    expect(reply).toMatchObject({ kind: 'answer', answer: { title: '1 service' } });
  });

  it('is denied to who may not ask, with the missing permission', async ({ redis, prefix }) => {
    expect(await createScene(redis, prefix).say('status', stranger)).toEqual({
      kind: 'refusal',
      code: 'denied',
      text: 'Not allowed for Alice: it needs the permission `ask`.',
    });
  });

  it('is refused where its arguments do not fit the moment', async ({ redis, prefix }) => {
    const roles = { ...policyDocument.roles, operator: ['ask', 'audit.read'] };
    const scene = createScene(redis, prefix, { policy: createPolicy({ ...policyDocument, roles }) });
    const window = 'since=1h until=2020-01-01';
    expect(await scene.say(`audit ${window}`)).toEqual({
      kind: 'refusal',
      code: 'bad-argument',
      text: `\`${window}\` is not understood: since= is before until=, as in since=2h until=10m; a whole day is since=2026-01-31 until=2026-02-01.`,
    });
    expect(await scene.say('audit since=2020-01-01 until=1h')).toMatchObject({ kind: 'answer' });
  });

  it('is denied to everybody under a policy that cannot be read, and says so', async ({ redis, prefix }) => {
    const policy = await loadPolicy('/nowhere/policy.yaml');
    expect(await createScene(redis, prefix, { policy }).say('status')).toMatchObject({
      code: 'denied',
      text: expect.stringContaining('the policy cannot be read'),
    });
  });

  it('is answered with the fault in a sentence when the truth cannot be read', async ({ redis, prefix }) => {
    const broken = async () => {
      throw new SwarmError(coreErrors.redisUnavailable, 'connect ECONNREFUSED 127.0.0.1:6390');
    };
    const scene = createScene(redis, prefix, {
      ports: { services: { services: broken, service: broken, names: broken } },
    });
    expect(await scene.say('services')).toEqual({
      kind: 'refusal',
      code: 'unavailable',
      text: 'Redis does not answer, so nothing is known right now.',
    });
  });

  it('gets its reply within 2.5 s though a port hangs', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, {
      ports: { services: { services: never, service: never, names: never } },
    });
    const reply = scene.say('services');
    scene.clock.advance(2_499);
    expect(await Promise.race([reply, Promise.resolve('waiting')])).toBe('waiting');
    scene.clock.advance(1);
    expect(await reply).toMatchObject({
      code: 'unavailable',
      text: expect.stringContaining('the truth is unknown'),
    });
  });
});

describe('an action', () => {
  it('asks before it does anything', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    expect(await scene.say('restart slam')).toEqual({
      kind: 'confirm',
      confirmationId: expect.stringMatching(/^\w{6}$/),
      prompt: 'Restart slam?',
      expiresAt: scene.clock.now() + 60_000,
      level: 'confirm',
      correlationId: correlationIdOf('i-1'),
    });
    expect(scene.jobs.ids).toEqual([]);
  });

  it('is refused before it is asked about to who may not do it', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    expect(await scene.say('restart slam', vera)).toMatchObject({
      code: 'denied',
      text: 'Not allowed for Vera: it needs the permission `service.restart:slam`.',
    });
    expect(await redis.keys(`${prefix}:approval*`)).toEqual([]);
  });

  it('is refused to a stranger who bears the name of somebody who may', async ({ redis, prefix }) => {
    expect(await createScene(redis, prefix).say('restart slam', stranger)).toMatchObject({ code: 'denied' });
  });

  it('is refused for what cannot be a name', async ({ redis, prefix }) => {
    expect(await createScene(redis, prefix).say('restart SLAM!')).toMatchObject({ code: 'bad-argument' });
  });

  it.for([
    ['slm', 'slam'],
    ['slma', 'slam'],
    ['meshh', 'mesh'],
  ] as const)('is refused for a likely slip of the pen: %s', async ([typed, meant], { redis, prefix }) => {
    const scene = createScene(redis, prefix, { known: { services: [service('slam'), service('mesh')] } });
    expect(await scene.say(`restart ${typed}`)).toMatchObject({
      code: 'bad-argument',
      text: `No service \`${typed}\` is known. Did you mean \`${meant}\`?`,
    });
  });

  it('may be asked for a service that nobody has seen: it may listen all the same', async ({
    redis,
    prefix,
  }) => {
    const scene = createScene(redis, prefix, { known: { services: [service('slam')] } });
    expect(await scene.say('restart frame_processor')).toMatchObject({ kind: 'confirm' });
  });

  it('asks for one confirmation when its invocation arrives twice', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    expect(await scene.asked('restart slam', alice, 'same')).toBe(
      await scene.asked('restart slam', alice, 'same'),
    );
  });

  it('is not asked about under the id of another command', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    await scene.asked('restart slam', alice, 'same');
    expect(await scene.say('restart mesh', alice, 'same')).toMatchObject({
      kind: 'refusal',
      code: 'id-reused',
    });
  });

  it('does not ask again for what has expired', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    await scene.asked('restart slam', alice, 'same');
    scene.clock.advance(60_001);
    expect(await scene.say('restart slam', alice, 'same')).toMatchObject({ code: 'no-confirmation' });
  });

  it('tells of its order when its invocation arrives again after the yes', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    const accepted = await scene.decide(await scene.asked('restart slam', alice, 'same'));
    const again = await scene.say('restart slam', alice, 'same');
    expect(again).toEqual(accepted);
  });
});

describe('a yes', () => {
  it('puts one job into the queue, with who asked and where the reports go', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    const reply = await scene.decide(await scene.asked('restart slam'));
    expect(reply).toMatchObject({ kind: 'accepted', text: expect.stringContaining('restart slam') });
    expect(scene.jobs.orders).toEqual([
      expect.objectContaining({
        name: 'service.restart',
        principal: 'discord:111',
        correlationId: 'correlationId' in reply ? reply.correlationId : '',
        body: {
          service: 'slam',
          mode: 'graceful',
          reason: 'asked by Alice',
          replyTo: { surface: 'discord', place: 'c-1' },
        },
      }),
    ]);
  });

  it('said twice is one order', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    const id = await scene.asked('restart slam');
    const [first, second] = [await scene.decide(id), await scene.decide(id)];
    expect([new Set(scene.jobs.ids).size, first]).toEqual([1, second]);
  });

  it('said fifty times at once is one order', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    const id = await scene.asked('restart slam');
    const replies = await Promise.all(Array.from({ length: 50 }, () => scene.decide(id)));
    expect([new Set(scene.jobs.ids).size, replies.filter(({ kind }) => kind !== 'accepted')]).toEqual([
      1,
      [],
    ]);
  });

  it('may come from the same person on another surface', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    expect(await scene.decide(await scene.asked('restart slam'), 'yes', aliceOnTwitch)).toMatchObject({
      kind: 'accepted',
    });
  });

  it('does not count from another person, whatever that one may do', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    const id = await scene.asked('restart slam');
    expect(await scene.decide(id, 'yes', bob)).toMatchObject({
      code: 'denied',
      text: expect.stringContaining('Only alice'),
    });
    expect([scene.jobs.ids, (await scene.approvals.find(id))?.state]).toEqual([[], 'pending']);
  });

  it('does not count when the right was removed since the question', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    const id = await scene.asked('restart slam');
    const { people } = policyDocument;
    scene.setPolicy(
      createPolicy({ ...policyDocument, people: { ...people, alice: { ...people.alice, role: 'viewer' } } }),
    );
    expect(await scene.decide(id)).toMatchObject({ code: 'denied' });
    expect(scene.jobs.ids).toEqual([]);
  });

  it('does not count after a minute', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    const id = await scene.asked('restart slam');
    scene.clock.advance(60_001);
    expect(await scene.decide(id)).toMatchObject({ code: 'no-confirmation' });
    expect(scene.jobs.ids).toEqual([]);
  });

  it('to nothing is answered', async ({ redis, prefix }) => {
    expect(await createScene(redis, prefix).decide('abc123')).toEqual({
      kind: 'refusal',
      code: 'no-confirmation',
      text: 'Nothing waits for a decision under `abc123`; it may have expired. Ask again.',
    });
  });

  it('that the queue could not take is healed by a second one, under the same job id', async ({
    redis,
    prefix,
  }) => {
    const scene = createScene(redis, prefix);
    const id = await scene.asked('restart slam', alice, 'one');
    scene.jobs.down = true;
    const lost = await scene.decide(id);
    scene.jobs.down = false;
    const healed = await scene.decide(id);
    expect([lost, healed.kind]).toEqual([
      { kind: 'refusal', code: 'unavailable', text: expect.stringContaining('Confirm again') },
      'accepted',
    ]);
    await scene.decide(id);
    expect(new Set(scene.jobs.ids).size).toBe(1);
  });

  it('that the queue does not answer is told as unknown, and may be said again', async ({
    redis,
    prefix,
  }) => {
    const scene = createScene(redis, prefix);
    const id = await scene.asked('restart slam');
    scene.jobs.hangs = true;
    const reply = scene.decide(id);
    await eventually(async () => (await scene.approvals.find(id))?.state === 'approved');
    scene.clock.advance(2_500);
    expect(await reply).toMatchObject({
      code: 'unavailable',
      text: expect.stringContaining('unknown whether this was taken. Decide again: it stays one order.'),
    });
  });

  it('runs the one it was said to, while the other waits on', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    const [slam, mesh] = [await scene.asked('restart slam'), await scene.asked('restart mesh')];
    await scene.decide(slam);
    expect(scene.jobs.orders).toEqual([
      expect.objectContaining({ body: expect.objectContaining({ service: 'slam' }) }),
    ]);
    expect(await scene.approvals.find(mesh)).toMatchObject({ state: 'pending' });
  });
});

describe('a no', () => {
  it('drops the wish', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    expect(await scene.decide(await scene.asked('restart slam'), 'no')).toEqual({
      kind: 'dropped',
      text: 'Declined; nothing was done.',
    });
  });

  it('cannot be turned into a yes', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    const id = await scene.asked('restart slam');
    await scene.decide(id, 'no');
    expect(await scene.decide(id, 'yes')).toMatchObject({ kind: 'refusal', code: 'decided' });
    expect(scene.jobs.ids).toEqual([]);
  });

  it('after the yes calls nothing back, and says so', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    const id = await scene.asked('restart slam');
    await scene.decide(id, 'yes');
    expect(await scene.decide(id, 'no')).toMatchObject({
      kind: 'accepted',
      text: expect.stringContaining('a no comes too late'),
    });
  });

  it('enqueues nothing after a yes that the queue did not take', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    const id = await scene.asked('restart slam');
    scene.jobs.down = true;
    await scene.decide(id, 'yes');
    scene.jobs.down = false;
    await scene.decide(id, 'no');
    expect(scene.jobs.ids).toEqual([]);
  });
});
