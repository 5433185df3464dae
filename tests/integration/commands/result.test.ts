// `result` of what never became an action.
import { describe, expect } from 'vitest';
import { type AuditReader, createAuditRecord, createPolicy } from '../../../src/access/index.ts';
import type { Identity } from '../../../src/contracts/chat.ts';
import { correlationIdOf } from '../../../src/contracts/ids.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { it } from '../../support/fixtures.ts';
import {
  alice,
  aliceOnTwitch,
  bob,
  createScene,
  policyDocument,
  type SceneOptions,
  stranger,
} from './scene.ts';

const [vera, carol, rita] = [
  { surface: 'discord', id: '444', name: 'Vera' },
  { surface: 'discord', id: '555', name: 'Carol' },
  { surface: 'discord', id: '666', name: 'Rita' },
] as const satisfies readonly Identity[];

function open(redis: Redis, prefix: string, options: SceneOptions = {}) {
  const scene = createScene(redis, prefix, options);
  const told = async (id: string, who: Identity = alice) => {
    const reply = await scene.say(`result ${id}`, who);
    if (reply.kind !== 'answer') throw new Error(JSON.stringify(reply));
    return [reply.answer.title, reply.answer.note];
  };
  return { ...scene, told };
}

const done = 'Nothing was done.';
const unknown = (id: string) => [
  `Unknown: no action ${id} in the last 7 days`,
  'What was only asked for is told to who asked, to who may approve it, and to holders of `audit.read`.',
];

describe('result of a wish', () => {
  it.for([
    [
      'that waits',
      'asked, no word on it yet',
      'It is not done before its yes; `approvals` shows what waits.',
    ],
    ['that was declined', 'declined', done],
    ['that was withdrawn', 'withdrawn', done],
    ['that expired', 'expired', done],
  ] as const)(
    '%s tells so, by its own id and by that of the use',
    async ([how, state, note], { redis, prefix }) => {
      const scene = open(redis, prefix);
      const id = await scene.asked('restart prod-slam', alice, 'i-wish');
      // whose word counts for nothing changes nothing of it
      await scene.decide(id, 'yes', stranger);
      if (how === 'that was declined') await scene.decide(id, 'no', bob);
      if (how === 'that was withdrawn') await scene.decide(id, 'no', alice);
      if (how === 'that expired') {
        scene.clock.advance(3_600_000);
        await scene.intake.sweep();
      }
      const use = correlationIdOf('i-wish');
      const expected = [`restart prod-slam: ${state}`, note];
      for (const typed of [id, use, use.slice(0, 7), use.slice(1, 7)]) {
        expect(await scene.told(typed)).toEqual(expected);
      }
    },
  );

  it('that was refused tells so', async ({ redis, prefix }) => {
    const scene = open(redis, prefix);
    await scene.say('restart slam', vera, 'i-denied');
    expect(await scene.told(correlationIdOf('i-denied'), vera)).toEqual(['restart slam: denied', done]);
  });

  it('that nobody had is unknown', async ({ redis, prefix }) => {
    expect(await open(redis, prefix).told('xabcdef')).toMatchObject(unknown('xabcdef'));
  });

  it('is told to who asked, to who may approve it or decided it, and to who may read the record alone', async ({
    redis,
    prefix,
  }) => {
    const scene = open(redis, prefix);
    scene.setPolicy(
      createPolicy({
        ...policyDocument,
        roles: {
          ...policyDocument.roles,
          approver: ['ask', 'approve:service.restart:*'],
          auditor: ['ask', 'audit.read'],
        },
        people: {
          ...policyDocument.people,
          carol: { role: 'approver', identities: ['discord:555'] },
          rita: { role: 'auditor', identities: ['discord:666'] },
        },
      }),
    );
    const seenBy = async (id: string) => {
      const all: Identity[] = [alice, aliceOnTwitch, bob, carol, rita, vera];
      const seen = await Promise.all(
        all.map(async (who) => (await scene.told(id, who))[0] !== unknown(id)[0]),
      );
      return all.filter((_, i) => seen[i]).map(({ name }) => name);
    };
    const two = await scene.asked('restart prod-slam', alice, 'i-two');
    await scene.decide(two, 'no', bob);
    expect(await seenBy(two)).toEqual(['Alice', 'alice_tv', 'Bob', 'Carol', 'Rita']);
    // nobody else's word counts on it
    const own = await scene.asked('restart slam', alice, 'i-own');
    expect(await seenBy(own)).toEqual(['Alice', 'alice_tv', 'Rita']);
    await scene.say('restart slam', vera, 'i-denied');
    expect(await seenBy(correlationIdOf('i-denied'))).toEqual(['Rita', 'Vera']);
  });

  it('that waits tells so however many words were refused, and to none of those who said them', async ({
    redis,
    prefix,
  }) => {
    const crowd = Array.from(
      { length: 25 },
      (_, i): Identity => ({ surface: 'twitch', id: `9${i}`, name: 'fan' }),
    );
    const fans = { role: 'viewer', identities: crowd.map(({ id }) => `twitch:${id}`) };
    const policy = createPolicy({ ...policyDocument, people: { ...policyDocument.people, fans } });
    const scene = open(redis, prefix, { policy });
    const id = await scene.asked('restart prod-slam', alice, 'i-crowd');
    for (const who of crowd) await scene.decide(id, 'yes', who);
    for (const typed of [id, correlationIdOf('i-crowd')]) {
      expect((await scene.told(typed, crowd[0]))[0]).toBe(unknown(typed)[0]);
      expect((await scene.told(typed))[0]).toBe('restart prod-slam: asked, no word on it yet');
    }
  });

  it('that lies too far back says no more than is known, and only to who may see it', async ({
    redis,
    prefix,
  }) => {
    // A record of which only the newest line is looked at.
    const record = createAuditRecord({ redis }, { prefix });
    const near: AuditReader = {
      query: (filter) => record.query(filter, { limit: 1, most: 1 }),
      find: (...of) => record.find(...of),
    };
    const scene = open(redis, prefix, { ports: { record: near } });
    const id = await scene.asked('restart prod-slam', alice, 'i-far');
    await scene.decide(id, 'yes', vera);
    expect((await scene.told(id, vera))[0]).toBe(unknown(id)[0]);
    expect((await scene.told(id))[0]).toBe(
      'restart prod-slam: asked, too far back in the record to tell more',
    );
  });
});
