// What the id of a use is good for afterwards: free again where it was refused before anything was taken, and never two
// orders; used up where its wait is over, and that is said.
import { describe, expect } from 'vitest';
import { createLimits, createPolicy } from '../../../src/access/index.ts';
import { catalogue } from '../../../src/commands/index.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import { eventually, it } from '../../support/fixtures.ts';
import { service } from '../../unit/commands/ports.ts';
import { ManualClock } from '../../unit/core/manual-clock.ts';
import { ageClaims } from '../access/claims.ts';
import { alice, createScene, policyDocument, stranger } from './scene.ts';

// Nobody is asked, so that the id alone keeps it one.
const specs = catalogue.map((spec) => (spec.kind === 'action' ? { ...spec, danger: 'none' as const } : spec));
const unasked = { specs, limits: { burst: 1_000, pending: 1_000 }, clock: new ManualClock() };

const slowly = (reading: Promise<readonly string[]>) => ({
  services: async () => [],
  service: async () => null,
  names: () => reading,
});

describe('a use', () => {
  it('that was refused for how it was spelt may be said rightly, and then it is taken', async ({
    redis,
    prefix,
  }) => {
    const known = { services: ['slam', 'mesh'].map((name) => service(name)) };
    const scene = createScene(redis, prefix, { limits: {}, known });
    for (const line of ['restart slamm', 'restart slaam']) {
      expect(await scene.say(line, alice, 'same')).toMatchObject({ code: 'bad-argument' });
    }
    const id = await scene.asked('restart slam', alice, 'same');
    expect(await scene.say('restart mesh', alice, 'same')).toMatchObject({ code: 'id-reused' });
    // A typo stays one, and frees nothing of what was taken.
    expect(await scene.say('restart slamm', alice, 'same')).toMatchObject({ code: 'id-reused' });
    const accepted = await scene.decide(id);
    expect([await scene.say('restart slam', alice, 'same'), new Set(scene.jobs.ids).size]).toEqual([
      accepted,
      1,
    ]);
    const { lines } = await scene.record.query({ event: 'refused' }, { limit: 10 });
    expect(lines.filter(({ verdict }) => verdict === 'bad-argument').map(({ args }) => args)).toEqual([
      { service: 'slaam' },
      { service: 'slamm' },
    ]);
  });

  it('that was not allowed leaves its id to what is', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { limits: {} });
    expect(await scene.say('restart slam', stranger, 'same')).toMatchObject({ code: 'denied' });
    expect(await scene.say('help', stranger, 'same')).not.toMatchObject({ code: 'id-reused' });
  });

  it('of a word that did not count leaves its id to the one that does', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { limits: {} });
    const id = await scene.asked('restart named-slam');
    expect([
      await scene.say('approve nobody', alice, 'same'),
      await scene.say(`approve ${id} slam`, alice, 'same'),
      await scene.say(`approve ${id} named-slam`, alice, 'same'),
      await scene.say('approve nobody', alice, 'same'),
    ]).toMatchObject([
      { code: 'no-confirmation' },
      { code: 'bad-argument' },
      { kind: 'accepted' },
      { code: 'id-reused' },
    ]);
  });

  it('that is refused in one place frees nothing while the same is under way in another', async ({
    redis,
    prefix,
  }) => {
    let open = (): void => undefined;
    const reading = new Promise<readonly string[]>((resolve) => {
      open = () => resolve([]);
    });
    const slow = createScene(redis, prefix, { ...unasked, ports: { services: slowly(reading) } });
    const quick = createScene(redis, prefix, { ...unasked, known: { services: [service('slamm')] } });
    const taken = slow.say('restart slam', alice, 'same');
    await eventually(async () => (await redis.keys(`${prefix}:limit:use:*`)).length === 1);
    expect([
      await quick.say('restart slam', alice, 'same'),
      await quick.say('restart mesh', alice, 'same'),
    ]).toMatchObject([{ code: 'bad-argument' }, { code: 'id-reused' }]);
    open();
    expect(await taken).toMatchObject({ kind: 'accepted' });
    expect([slow.jobs.ids.length, quick.jobs.ids.length]).toEqual([1, 0]);
  });

  it('that hangs for so long that its id is another order’s by now does nothing any more', async ({
    redis,
    prefix,
  }) => {
    let open = (): void => undefined;
    const reading = new Promise<readonly string[]>((resolve) => {
      open = () => resolve([]);
    });
    const slow = createScene(redis, prefix, { ...unasked, ports: { services: slowly(reading) } });
    const quick = createScene(redis, prefix, unasked);
    const hanging = slow.say('restart slam', alice, 'same');
    await eventually(async () => (await redis.keys(`${prefix}:limit:use:*`)).length === 1);
    await ageClaims(redis, prefix, 61_000);
    expect(await quick.say('restart mesh', alice, 'same')).toMatchObject({ kind: 'accepted' });
    open();
    expect(await hanging).toMatchObject({
      code: 'unavailable',
      text: expect.stringMatching(/nothing was done/),
    });
    expect([slow.jobs.ids.length, quick.jobs.ids.length]).toEqual([0, 1]);
  });

  it('keeps its id of which something came, though it was never answered and is refused by now', async ({
    redis,
    prefix,
  }) => {
    const store = createLimits(redis, { prefix });
    const away = () => Promise.reject(new SwarmError(coreErrors.redisUnavailable, 'connect ECONNREFUSED'));
    const before = createScene(redis, prefix, { ...unasked, limitStore: { ...store, settle: away } });
    expect(await before.say('restart slam', alice, 'same')).toMatchObject({ kind: 'accepted' });
    await ageClaims(redis, prefix, 61_000);
    const after = createScene(redis, prefix, { ...unasked, known: { services: [service('slamm')] } });
    expect([
      await after.say('restart slam', alice, 'same'),
      await after.say('restart mesh', alice, 'same'),
    ]).toMatchObject([{ code: 'bad-argument' }, { code: 'id-reused' }]);
    expect(after.jobs.ids).toEqual([]);
  });

  it('of a word that counted and was never answered keeps its id', async ({ redis, prefix }) => {
    const store = createLimits(redis, { prefix });
    const away = () => Promise.reject(new SwarmError(coreErrors.redisUnavailable, 'connect ECONNREFUSED'));
    const limitStore = { ...store, settle: away };
    const scene = createScene(redis, prefix, { limits: {}, limitStore });
    const [first, second] = [await scene.asked('restart slam'), await scene.asked('restart mesh')];
    expect(await scene.say(`approve ${first}`, alice, 'same')).toMatchObject({ kind: 'accepted' });
    await ageClaims(redis, prefix, 61_000);
    expect(await scene.say(`approve ${second}`, alice, 'same')).toMatchObject({ code: 'id-reused' });
  });

  it.for([
    ['cli', 'Redis could not free its key, which is free again in a minute at the latest.'],
    ['discord', ''],
  ] as const)(
    'that was refused on %s while Redis could not free its id says so, and it is free when that is over',
    async ([surface, told], { redis, prefix }) => {
      const who = { surface, id: '7', name: 'Eve' } as const;
      const people = { eve: { role: 'operator', identities: [`${surface}:7`] } };
      const policy = createPolicy({ ...policyDocument, people });
      const store = createLimits(redis, { prefix });
      const away = () => Promise.reject(new SwarmError(coreErrors.redisUnavailable, 'connect ECONNREFUSED'));
      const known = { services: [service('slam')] };
      const limitStore = { ...store, settle: away };
      const scene = createScene(redis, prefix, { limits: {}, policy, known, limitStore });
      const refused = await scene.say('restart slamm', who, 'same');
      expect(refused).toMatchObject({ code: 'bad-argument', text: expect.stringContaining(told) });
      expect(JSON.stringify(refused).includes('Redis')).toBe(told !== '');
      await ageClaims(redis, prefix, 61_000);
      expect(await scene.say('restart slam', who, 'same')).toMatchObject({ kind: 'confirm' });
    },
  );

  it.for([
    ['discord', 'Say it again for a new order.'],
    ['twitch', 'Say it again for a new order.'],
    ['console', 'Say it again for a new order.'],
    ['cli', 'A new order needs a new key (`--key`, Idempotency-Key), or none.'],
    ['http', 'A new order needs a new key (`--key`, Idempotency-Key), or none.'],
  ] as const)(
    'of which the wait is over says on %s how it is ordered anew',
    async ([surface, mend], { redis, prefix }) => {
      const who = { surface, id: '7', name: 'Eve' } as const;
      const people = { eve: { role: 'operator', identities: [`${surface}:7`] } };
      const policy = createPolicy({ ...policyDocument, people });
      const scene = createScene(redis, prefix, { limits: {}, policy });
      await scene.decide(await scene.asked('restart slam', who, 'declined'), 'no', who);
      await scene.asked('restart mesh', who, 'expired');
      scene.clock.advance(3_600_000);
      const told = [
        await scene.say('restart slam', who, 'declined'),
        await scene.say('restart mesh', who, 'expired'),
      ];
      expect(told).toMatchObject([{ code: 'decided' }, { code: 'no-confirmation' }]);
      for (const reply of told)
        expect(reply).toMatchObject({ text: expect.stringContaining(`nothing was done. ${mend}`) });
    },
  );
});
