// `why`: every gate between a person and a command, and the one that blocks; and one person with one verdict everywhere.
import { describe, expect } from 'vitest';
import { answerLines } from '../../../src/commands/index.ts';
import type { Identity, Place } from '../../../src/contracts/chat.ts';
import { it } from '../../support/fixtures.ts';
import { alice, aliceTv, answerOf, createRig, lea, stranger } from './rig.ts';

const told = async (rig: ReturnType<typeof createRig>, line: string, who?: Identity, place?: Place) => {
  const answer = await answerOf(rig.say(line, who, place));
  // The version of the policy changes with each of its words.
  return answerLines(answer).map((text) => text.replace(/policy [0-9a-f]{12}/, 'policy V'));
};

describe('why', () => {
  it('lists every gate of what is allowed', async ({ redis, prefix }) => {
    expect(await told(createRig({ redis, prefix }), 'why alice restart slam')).toEqual([
      'alice may use `restart slam`',
      '  policy    open: the policy V is in force',
      '  deny      open: nothing denies it',
      '  grant     open: the role `operator` allows `service.restart:*`',
      '  place     open: it counts everywhere',
      '  platform  open: no platform asks for more',
    ]);
  });

  it.for([
    [
      'a role that denies',
      'why alice restart prod-web',
      [
        'alice may not use `restart prod-web`: the gate `deny` blocks',
        '  policy    open: the policy V is in force',
        '  deny      closed: the role `operator` denies `service.restart:prod-*`',
        '  grant     open: the role `operator` allows `service.restart:*`',
        '  place     open: it counts everywhere',
        '  platform  open: no platform asks for more',
      ],
    ],
    [
      'a revocation',
      'why lea restart slam',
      [
        'lea may not use `restart slam`: the gate `deny` blocks',
        '  policy    open: the policy V is in force',
        '  deny      closed: a revocation by olga until 2023-11-15 00:13 UTC denies `service.restart:slam`',
        '  grant     open: the role `lead` allows `service.restart:*`',
        '  place     open: it counts everywhere',
        '  platform  open: no platform asks for more',
      ],
    ],
    [
      'a permission that is missing, of a stranger on another platform',
      'why discord:999 restart slam',
      [
        'discord:999 may not use `restart slam`: the gate `grant` blocks',
        '  policy    open: the policy V is in force',
        '  deny      open: nothing denies it',
        '  grant     closed: it needs the permission `service.restart:slam`',
        '  place     open: it counts everywhere',
        '  platform  open: no platform asks for more',
      ],
    ],
    [
      'a place where the permission does not count',
      'why olga silence link-lost/x 5 in twitch-channel:drones',
      [
        'olga may not use `silence link-lost/x 5`: the gate `place` blocks',
        '  policy    open: the policy V is in force',
        '  deny      open: nothing denies it',
        '  grant     open: the role `owner` allows `*`',
        '  place     closed: it is allowed only in `discord`, `console`, `twitch-channel:swarm`, and this is `twitch-channel:drones`',
        '  platform  open: no platform asks for more',
      ],
    ],
    [
      'a place where the role does not count',
      'why alice silence link-lost/x 5 in discord-channel:71',
      [
        'alice may not use `silence link-lost/x 5`: the gate `place` blocks',
        '  policy    open: the policy V is in force',
        '  deny      open: nothing denies it',
        '  grant     open: the role `studio` allows `alert.silence`',
        '  place     closed: the role `studio` counts only in `discord-channel:70`, and this is `discord-channel:71`',
        '  platform  open: no platform asks for more',
      ],
    ],
    [
      'what Twitch must vouch for',
      'why alice restart slam in twitch-channel:swarm',
      [
        'alice may not use `restart slam`: the gate `platform` blocks',
        '  policy    open: the policy V is in force',
        '  deny      open: nothing denies it',
        '  grant     open: the role `operator` allows `service.restart:*`',
        '  place     open: it counts everywhere',
        '  platform  closed: on Twitch it needs one of the badges `moderator`',
      ],
    ],
    [
      'an identity of Twitch that is linked to nobody',
      'why twitch:444 restart slam',
      [
        'twitch:444 may not use `restart slam`: the gate `grant` blocks',
        '  policy    open: the policy V is in force',
        '  deny      open: nothing denies it',
        '  grant     closed: it needs the permission `service.restart:slam`',
        '  place     open: it counts everywhere',
        '  platform  closed: on Twitch it needs one of the badges `moderator` and an identity that is linked to a person',
      ],
    ],
  ] as const)('names %s', async ([_what, line, lines], { redis, prefix }) => {
    const rig = createRig({ redis, prefix });
    await rig.done('revoke lea service.restart:slam 2h');
    await rig.access.enterCode({ ...aliceTv, marks: [] }, (await rig.access.offerCode(alice)).code);
    expect(await told(rig, line)).toEqual(lines);
  });

  it('names what is revoked of one among all that a command reaches', async ({ redis, prefix }) => {
    const rig = createRig({ redis, prefix });
    await rig.done('revoke olga agent.message:Agent-1 2h');
    expect((await told(rig, 'why olga broadcast hello')).slice(0, 3)).toEqual([
      'olga may not use `broadcast hello`: the gate `deny` blocks',
      '  policy    open: the policy V is in force',
      '  deny      closed: a revocation by olga until 2023-11-15 00:13 UTC denies `agent.message:Agent-1`',
    ]);
  });

  it('says of a broken policy that everybody is denied by it', async () => {
    const { loadPolicy } = await import('../../../src/access/index.ts');
    const verdict = await (await loadPolicy('/nowhere.yaml')).decide({
      identity: alice,
      permission: 'ask',
      place: null,
    });
    expect([verdict.blockedBy?.name, verdict.gates.length]).toEqual(['policy', 1]);
  });

  it('says the same as the decision, and does nothing', async ({ redis, prefix }) => {
    const rig = createRig({ redis, prefix });
    const { data } = await answerOf(
      rig.say('why alice restart prod-web', alice, { surface: 'discord', id: '70' }),
    );
    const decided = await rig.policy.decide({
      identity: alice,
      permission: 'service.restart:prod-web',
      place: { surface: 'discord', id: '70' },
    });
    expect(data).toMatchObject({
      allowed: decided.allowed,
      gates: decided.gates,
      blockedBy: 'deny',
      policyVersion: decided.policyVersion,
    });
    expect(await redis.keys(`${prefix}:access:*`)).toEqual([]);
  });

  it('is for whoever may know it of others; of oneself everybody may', async ({ redis, prefix }) => {
    const rig = createRig({ redis, prefix });
    expect(await rig.say('why alice restart slam', stranger)).toMatchObject({ code: 'denied' });
    expect((await told(rig, 'why me restart slam', stranger))[0]).toBe(
      'You may not use `restart slam`: the gate `grant` blocks',
    );
    const operator = { ...stranger, marks: ['role:900'] } as const;
    expect((await told(rig, 'why me restart slam', operator))[0]).toBe('You may use `restart slam`');
  });

  it.for([
    ['why alice restrat slam', 'No command `restrat`. Did you mean `restart`?'],
    ['why alice restart', 'Missing: service. Usage: restart <service> [instance]'],
  ] as const)('says of "%s" what is wrong with it', async ([line, text], { redis, prefix }) => {
    expect(await told(createRig({ redis, prefix }), line)).toEqual([text]);
  });

  it('of nobody is refused with a guess', async ({ redis, prefix }) => {
    expect(await createRig({ redis, prefix }).say('why alise restart slam')).toEqual({
      kind: 'refusal',
      code: 'bad-argument',
      text: 'No person `alise` is known. Did you mean `alice`?',
    });
  });
});

describe('one person', () => {
  const discord = alice;
  const twitch: Identity = aliceTv;
  const http: Identity = { surface: 'http', id: 'alice', name: 'alice' };
  const console: Identity = { surface: 'console', id: 'alice', name: 'alice' };
  const everywhere = [discord, twitch, http, console];

  it('has one verdict on four surfaces, before and after each change', async ({ redis, prefix }) => {
    const rig = createRig({ redis, prefix });
    for (const identity of [twitch, console]) {
      await rig.access.enterCode(identity, (await rig.access.offerCode(discord)).code);
    }
    const verdicts = async (line: string) => {
      const replies = await Promise.all(everywhere.map((who) => rig.say(line, who)));
      return new Set(replies.map((reply) => (reply.kind === 'refusal' ? reply.code : reply.kind)));
    };
    expect(await Promise.all(everywhere.map((who) => rig.policy.personOf(who)))).toEqual(
      everywhere.map(() => 'alice'),
    );
    const seen = [];
    for (const change of ['', 'grant alice access.grant:ask', 'revoke alice service.restart:slam 1h', '']) {
      if (change !== '') await rig.done(change);
      seen.push([
        await verdicts('restart slam'),
        await verdicts('restart prod-web'),
        await verdicts('grant lea ask'),
      ]);
    }
    expect(seen).toEqual([
      [new Set(['confirm']), new Set(['denied']), new Set(['denied'])],
      [new Set(['confirm']), new Set(['denied']), new Set(['confirm'])],
      [new Set(['denied']), new Set(['denied']), new Set(['confirm'])],
      [new Set(['denied']), new Set(['denied']), new Set(['confirm'])],
    ]);
    expect(await rig.may(lea, 'service.restart:slam')).toBe(true);
  });

  it('by a role of Discord may still do right before the effect what they could when they asked', async ({
    redis,
    prefix,
  }) => {
    const rig = createRig({ redis, prefix });
    const operator: Identity = { ...stranger, marks: ['role:900'] };
    const slam = 'service.restart:slam';
    expect(await rig.policy.allows('discord:999', slam)).toBe(false);
    expect(await rig.may(operator, slam)).toBe(true);
    expect(await rig.policy.allows('discord:999', slam)).toBe(true);
    // The role was taken meanwhile, and Discord said so with the next wish.
    expect(await rig.may({ ...stranger, marks: [] }, slam)).toBe(false);
    expect(await rig.policy.allows('discord:999', slam)).toBe(false);
  });
});
