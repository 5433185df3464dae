// Too much, too soon, or the same once more: what the intake makes of it.
import { describe, expect } from 'vitest';
import { createPolicy } from '../../../src/access/index.ts';
import type { Reply } from '../../../src/commands/index.ts';
import { correlationIdOf } from '../../../src/contracts/ids.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { service } from '../../unit/commands/ports.ts';
import { alice, aliceOnTwitch, bob, createScene, policyDocument, stranger } from './scene.ts';

const away = () => Promise.reject(new SwarmError(coreErrors.redisUnavailable, 'connect ECONNREFUSED'));
const noStore = { admit: away, begin: away, take: away, settle: away };

describe('the same use once more', () => {
  it('is answered with what the first was answered, though the truth has moved on', async ({
    redis,
    prefix,
  }) => {
    let known = [service('slam')];
    const services = { services: async () => known, service: async () => null, names: async () => [] };
    const scene = createScene(redis, prefix, { limits: {}, ports: { services } });
    const first = await scene.say('services', alice, 'same');
    known = [...known, service('mesh')];
    expect([first, await scene.say('services', alice, 'same')]).toEqual([first, first]);
    expect(await scene.say('services', alice, 'other')).toMatchObject({ answer: { title: '2 services' } });
  });

  it('is answered with what the first was answered, and says how old that is by now', async ({
    redis,
    prefix,
  }) => {
    const services = {
      services: async () => [service('slam')],
      service: async () => null,
      names: async () => [],
    };
    const scene = createScene(redis, prefix, { limits: {}, ports: { services } });
    const agesOf = (reply: Reply) =>
      reply.kind === 'answer' ? reply.answer.rows.map(({ ageMs }) => ageMs) : [];
    const first = agesOf(await scene.say('services', alice, 'same'));
    scene.clock.advance(9_000);
    expect(agesOf(await scene.say('services', alice, 'same'))).toEqual(
      first.map((ms) => (ms === null ? null : ms + 9_000)),
    );
    expect(first.filter((ms) => ms !== null)).not.toEqual([]);
  });

  it('that was refused is judged anew, since it may be allowed by now', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { limits: {} });
    expect(await scene.say('restart slam', stranger, 'same')).toMatchObject({ code: 'denied' });
    const people = { ...policyDocument.people, dora: { role: 'operator', identities: ['discord:999'] } };
    scene.setPolicy(createPolicy({ ...policyDocument, people }));
    expect(await scene.say('restart slam', stranger, 'same')).toMatchObject({ kind: 'confirm' });
  });

  it('that was declined is told as that, and as no word of now', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { limits: {} });
    await scene.decide(await scene.asked('restart slam', alice, 'same'), 'no');
    expect(await scene.say('restart slam', alice, 'same')).toMatchObject({
      kind: 'refusal',
      code: 'decided',
      text: expect.stringMatching(
        /^Restart slam\? Declined by .* nothing was done\. Say it again for a new order\.$/,
      ),
    });
    expect(scene.jobs.ids).toEqual([]);
  });

  it('of which the question has expired says that, and how it is asked anew', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { limits: {} });
    await scene.asked('restart slam', alice, 'same');
    scene.clock.advance(3_600_000);
    expect(await scene.say('restart slam', alice, 'same')).toMatchObject({
      code: 'no-confirmation',
      text: 'Restart slam? Expired: nobody decided in time; nothing was done. Say it again for a new order.',
    });
  });

  it('with another input is refused', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { limits: {} });
    await scene.say('services', alice, 'same');
    expect(await scene.say('agents', alice, 'same')).toMatchObject({ code: 'id-reused' });
  });

  it.for([
    ['that is still kept', { limits: {} }],
    ['of which only the question is left', {}],
  ] as const)(
    'with another input leaves no line among those of a use %s',
    async ([, options], { redis, prefix }) => {
      const scene = createScene(redis, prefix, options);
      await scene.asked('restart slam', alice, 'same');
      await scene.say('restart mesh', alice, 'same');
      const { lines } = await scene.record.query({}, { limit: 10 });
      expect(
        lines.map(({ verdict, args, correlationId }) => [
          verdict,
          args,
          correlationId === correlationIdOf('same'),
        ]),
      ).toEqual([
        ['id-reused', { service: 'mesh' }, false],
        ['allowed', { service: 'slam' }, true],
      ]);
    },
  );

  it('of an action is the same confirmation, and after the yes the same order', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { limits: { placeCooldownMs: 60_000 } });
    const id = await scene.asked('restart slam', alice, 'same');
    expect(await scene.asked('restart slam', alice, 'same')).toBe(id);
    const accepted = await scene.decide(id);
    expect([
      await scene.say('restart slam', alice, 'same'),
      await scene.say('restart slam', alice, 'same'),
      new Set(scene.jobs.ids).size,
    ]).toEqual([accepted, accepted, 1]);
  });

  it('of a word gets its first reply, and no other word counts under its id', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { limits: {} });
    const [one, other] = [await scene.asked('restart slam'), await scene.asked('restart mesh')];
    const first = await scene.say(`approve ${one}`, alice, 'same');
    expect(first).toMatchObject({ kind: 'accepted' });
    for (const line of [`approve ${other}`, `deny ${one}`, 'services']) {
      expect(await scene.say(line, alice, 'same')).toMatchObject({ kind: 'refusal', code: 'id-reused' });
    }
    expect(await scene.say(`approve ${one}`, alice, 'same')).toEqual(first);
    expect([scene.jobs.ids.length, (await scene.approvals.find(other))?.state]).toEqual([1, 'pending']);
    expect(await scene.recorded()).toContain('approve: refused, id-reused');
  });

  it('of a wish is not a word on another one', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { limits: {} });
    const id = await scene.asked('restart slam', alice, 'same');
    expect(await scene.say(`approve ${id}`, alice, 'same')).toMatchObject({ code: 'id-reused' });
    expect(await scene.approvals.find(id)).toMatchObject({ state: 'pending' });
  });

  it('that could not be taken is tried again', async ({ redis, prefix }) => {
    let broken = true;
    const services = () => (broken ? away() : Promise.resolve([]));
    const scene = createScene(redis, prefix, {
      limits: {},
      ports: { services: { services, service: async () => null, names: async () => [] } },
    });
    expect(await scene.say('services', alice, 'same')).toMatchObject({ code: 'unavailable' });
    broken = false;
    expect(await scene.say('services', alice, 'same')).toMatchObject({ kind: 'answer' });
  });
});

describe('a cooldown', () => {
  it('of a person counts on every surface, and says how long', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { limits: { personCooldownMs: 30_000 } });
    await scene.decide(await scene.asked('restart slam'));
    expect([
      await scene.say('restart mesh', aliceOnTwitch),
      (await scene.say('restart mesh', bob)).kind,
    ]).toEqual([
      {
        kind: 'refusal',
        code: 'limited',
        text: '`restart` may be used again for you in 30 s.',
        retryAfterMs: expect.closeTo(30_000, -4),
      },
      'confirm',
    ]);
  });

  it('of a place is not begun by who may not do it', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { limits: { placeCooldownMs: 30_000 } });
    const vera = { surface: 'discord', id: '444', name: 'Vera' } as const;
    expect(await scene.say('restart slam', vera)).toMatchObject({ code: 'denied' });
    await scene.decide(await scene.asked('restart slam'));
    expect(await scene.say('restart slam', bob)).toMatchObject({
      code: 'limited',
      text: '`restart` may be used again here in 30 s.',
    });
  });

  it('is not begun by a question that gets a no, or none', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, {
      limits: { personCooldownMs: 30_000, globalCooldownMs: 30_000 },
    });
    const [first] = await Promise.all(
      [alice, bob, aliceOnTwitch].map((who, i) => scene.asked(`restart s-${i}`, who)),
    );
    await scene.decide(first ?? '', 'no');
    expect(await scene.say('restart slam')).toMatchObject({ kind: 'confirm' });
  });

  it('holds a yes back too, which counts once it is over', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { limits: { globalCooldownMs: 1_000 } });
    const [one, other] = [await scene.asked('restart slam'), await scene.asked('restart mesh', bob)];
    const yes = () => scene.decide(other, 'yes', bob);
    expect([(await scene.decide(one)).kind, await yes()]).toEqual([
      'accepted',
      {
        kind: 'refusal',
        code: 'limited',
        text: '`restart` may be used again in 1 s. It still waits.',
        retryAfterMs: expect.any(Number),
      },
    ]);
    expect(scene.jobs.ids).toHaveLength(1);
    await eventually(async () => (await yes()).kind === 'accepted');
    expect(scene.jobs.ids).toHaveLength(2);
  });

  it('does not come between a yes and the same yes again', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { limits: { globalCooldownMs: 30_000 } });
    const id = await scene.asked('restart slam');
    const kinds = (await Promise.all([scene.decide(id), scene.decide(id), scene.decide(id)])).map(
      ({ kind }) => kind,
    );
    expect([...kinds, (await scene.decide(id)).kind, new Set(scene.jobs.ids).size]).toEqual([
      ...Array.from({ length: 4 }, () => 'accepted'),
      1,
    ]);
  });

  it('is given back by a yes whose line could not be written', async ({ redis, prefix }) => {
    const refuses = { down: false };
    const audit = createScene(redis, prefix).audit;
    const scene = createScene(redis, prefix, {
      limits: { globalCooldownMs: 30_000 },
      audit: {
        append: (entry, step) =>
          refuses.down && entry.event === 'executing' ? away() : audit.append(entry, step),
      },
    });
    const [one, other] = [await scene.asked('restart slam'), await scene.asked('restart mesh')];
    refuses.down = true;
    expect((await scene.decide(one)).kind).toBe('refusal');
    refuses.down = false;
    expect((await scene.decide(other)).kind).toBe('accepted');
  });

  it('holds no question back', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { limits: { globalCooldownMs: 30_000 } });
    await scene.say('services');
    expect(await scene.say('services')).toMatchObject({ kind: 'answer' });
  });
});

describe('a flood of one', () => {
  it('of 1,000 commands at once is held to its burst, and somebody else is served', async ({
    redis,
    prefix,
  }) => {
    let inside = 0;
    let most = 0;
    const services = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await redis.ping();
      inside -= 1;
      return [];
    };
    const scene = createScene(redis, prefix, {
      limits: {},
      ports: { services: { services, service: async () => null, names: async () => [] } },
    });
    const flood = Array.from({ length: 1_000 }, () => scene.say('services'));
    expect(await scene.say('services', bob)).toMatchObject({ kind: 'answer' });
    const replies = await Promise.all(flood);
    const limited = replies.filter((reply) => reply.kind === 'refusal' && reply.code === 'limited');
    // Ten at once, and one of somebody else.
    expect([most <= 11, replies.length - limited.length]).toEqual([true, 10]);
    expect(limited[0]).toMatchObject({ retryAfterMs: 1_000, text: expect.stringContaining('in 1 s') });
  });

  it('one after the other is held to its rate', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { limits: { burst: 5 } });
    const kinds = [];
    for (let i = 0; i < 8; i += 1) kinds.push((await scene.say('agents')).kind);
    expect(kinds.filter((kind) => kind === 'answer')).toHaveLength(5);
  });

  it('of decisions is held back too', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { limits: { pending: 1 } });
    const replies = await Promise.all(Array.from({ length: 30 }, () => scene.decide('abc123')));
    const codes = replies.map((reply) => (reply.kind === 'refusal' ? reply.code : reply.kind));
    expect([codes.filter((code) => code === 'limited').length, codes[0]]).toEqual([20, 'no-confirmation']);
  });
});

describe('while the store of limits is away', () => {
  it('a question is answered, held back by this process alone', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { limits: { burst: 2 }, limitStore: noStore });
    const kinds = [];
    for (let i = 0; i < 4; i += 1) kinds.push((await scene.say('agents')).kind);
    expect(kinds).toEqual(['answer', 'answer', 'refusal', 'refusal']);
  });

  it('a question does not wait for it long', async ({ redis, prefix }) => {
    const hanging = { ...noStore, admit: () => new Promise<never>(() => undefined) };
    const scene = createScene(redis, prefix, { limits: {}, limitStore: hanging });
    const reply = scene.say('agents');
    scene.clock.advance(250);
    expect(await reply).toMatchObject({ kind: 'answer' });
  });

  it('an action is refused, and nothing is asked', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { limits: {}, limitStore: noStore });
    expect(await scene.say('restart slam')).toMatchObject({ code: 'unavailable' });
    expect(await redis.keys(`${prefix}:confirm:*`)).toEqual([]);
  });
});
