// What the policy file may say beyond roles and people, and what is decided by it: deny, places, marks, Twitch's minimum.
import { describe, expect, it } from 'vitest';
import { createPolicy } from '../../../src/access/index.ts';
import type { Principal } from '../../../src/access/verdict.ts';
import type { Identity, Mark, Place, Surface } from '../../../src/contracts/chat.ts';

const document = {
  roles: {
    viewer: ['ask'],
    operator: { allow: ['ask', 'service.restart:*', 'gas.send'], deny: ['service.restart:prod-*'] },
    oncall: ['service.restart:prod-web', 'service.restart:slam'],
    studio: { allow: ['scene.cut'], places: ['twitch-channel:swarm', 'discord-channel:70'] },
    muted: { deny: ['gas.*'] },
    owner: ['*'],
  },
  everyone: 'viewer',
  people: {
    alice: { role: 'operator', identities: ['discord:111', 'twitch:222', 'console:alice', 'http:alice'] },
    bob: { roles: ['oncall', 'studio'], identities: ['discord:333', 'twitch:444'] },
    carol: { roles: ['operator', 'oncall', 'muted'], identities: ['discord:555'] },
    olga: { role: 'owner', identities: ['console:local', 'twitch:777'] },
    nils: { identities: ['discord:888'] },
  },
  marks: { 'discord-role:900': 'operator', 'twitch-badge:moderator': ['studio', 'muted'] },
  places: [{ permissions: ['alert.*'], in: ['console', 'discord-server:60'] }],
  twitch: [
    { permissions: ['service.*'], badges: ['moderator', 'broadcaster'], linked: true },
    { permissions: ['scene.cut'], linked: true },
  ],
};
const policy = createPolicy(document);

const at: Readonly<Record<string, Place>> = {
  server: { surface: 'discord', id: '70', server: '60' },
  elsewhere: { surface: 'discord', id: '71', server: '61' },
  swarm: { surface: 'twitch', id: 'swarm' },
  hashed: { surface: 'twitch', id: '#swarm' },
  drones: { surface: 'twitch', id: 'drones' },
  console: { surface: 'console', id: 'main' },
};

function someone(principal: Principal, marks: readonly Mark[]): Identity {
  const [surface, id = ''] = principal.split(':');
  const known: readonly Surface[] = ['discord', 'twitch', 'console', 'cli', 'http'];
  return { surface: known.find((one) => one === surface) ?? 'http', id, name: 'Some Name', marks };
}

const role = 'role:900';
const mod = 'badge:moderator';

describe('the gate that blocks', () => {
  it.each<[Principal, readonly Mark[], string, keyof typeof at, string | null]>([
    // who, marks, permission, where, gate
    // Deny wins, whatever else allows.
    ['discord:111', [], 'service.restart:slam', 'server', null],
    ['discord:111', [], 'service.restart:prod-web', 'server', 'deny'],
    ['discord:111', [], 'service.restart:prod-', 'server', 'deny'],
    ['discord:111', [], 'service.restart:prod', 'server', null],
    ['discord:333', [], 'service.restart:prod-web', 'server', null],
    ['discord:333', [], 'service.restart:prod-db', 'server', 'grant'],
    ['discord:555', [], 'service.restart:prod-web', 'server', 'deny'],
    ['discord:555', [], 'service.restart:slam', 'server', null],
    ['discord:555', [], 'gas.send', 'server', 'deny'],
    ['discord:111', [], 'gas.send', 'server', null],
    ['console:local', [], 'service.restart:prod-web', 'console', null],
    // Default deny.
    ['discord:888', [], 'ask', 'server', 'grant'],
    ['discord:999', [], 'ask', 'server', null],
    ['discord:999', [], 'service.restart:slam', 'server', 'grant'],
    ['discord:999', [], '', 'server', 'grant'],
    ['discord:111', [], 'service.restart', 'server', 'grant'],
    ['discord:111', [], 'SERVICE.restart:slam', 'server', 'grant'],
    // One person on every surface.
    ['http:alice', [], 'service.restart:slam', 'console', null],
    ['console:alice', [], 'service.restart:slam', 'console', null],
    ['twitch:111', [mod], 'service.restart:slam', 'swarm', 'grant'],
    // A mark gives a role on its own platform, to whoever has it.
    ['discord:999', [role], 'service.restart:slam', 'server', null],
    ['discord:999', [role], 'service.restart:prod-web', 'server', 'deny'],
    ['discord:999', ['role:901'], 'service.restart:slam', 'server', 'grant'],
    ['discord:999', ['badge:moderator'], 'scene.cut', 'server', 'grant'],
    ['twitch:999', ['role:900'], 'service.restart:slam', 'swarm', 'grant'],
    ['discord:333', [role], 'service.restart:prod-web', 'server', 'deny'],
    ['discord:888', [role], 'ask', 'server', null],
    // A mark is nobody's identity, whatever id it bears.
    ['discord:999', ['role:111'], 'service.restart:slam', 'server', 'grant'],
    ['discord:900', [], 'service.restart:slam', 'server', 'grant'],
    // Places of a role.
    ['discord:333', [], 'scene.cut', 'server', null],
    ['discord:333', [], 'scene.cut', 'elsewhere', 'place'],
    ['twitch:444', [], 'scene.cut', 'swarm', null],
    ['twitch:444', [], 'scene.cut', 'hashed', null],
    ['twitch:444', [], 'scene.cut', 'drones', 'place'],
    ['console:local', [], 'scene.cut', 'console', null],
    // Places of a permission, for everybody.
    ['console:local', [], 'alert.silence', 'console', null],
    ['console:local', [], 'alert.silence', 'server', null],
    ['console:local', [], 'alert.silence', 'elsewhere', 'place'],
    ['twitch:777', [], 'alert.silence', 'swarm', 'place'],
    // What Twitch must vouch for.
    ['twitch:222', [mod], 'service.restart:slam', 'swarm', null],
    ['twitch:222', ['badge:broadcaster'], 'service.restart:slam', 'swarm', null],
    ['twitch:222', ['badge:vip'], 'service.restart:slam', 'swarm', 'platform'],
    ['twitch:222', [], 'service.restart:slam', 'swarm', 'platform'],
    ['twitch:222', [], 'ask', 'swarm', null],
    ['twitch:999', [mod], 'scene.cut', 'swarm', 'platform'],
    ['twitch:999', [mod], 'ask', 'swarm', null],
    ['twitch:999', [mod], 'gas.send', 'swarm', 'deny'],
    ['twitch:777', [], 'service.restart:slam', 'swarm', 'platform'],
  ])('for %s with %j and %s at %s is %s', async (principal, marks, permission, place, gate) => {
    const identity = someone(principal, marks);
    const verdict = await policy.decide({ identity, permission, place: at[place] ?? null });
    expect([verdict.blockedBy?.name ?? null, verdict.allowed]).toEqual([gate, gate === null]);
    expect(verdict.gates.map(({ name }) => name)).toEqual(['policy', 'deny', 'grant', 'place', 'platform']);
  });

  it('lets an unlinked moderator ask, and do nothing that takes a person', async () => {
    const identity = someone('twitch:999', [mod]);
    const all = createPolicy({ ...document, marks: { 'twitch-badge:moderator': 'operator' } });
    const wishes = ['ask', 'service.restart:slam'].map((permission) => ({
      identity,
      permission,
      place: null,
    }));
    const verdicts = await Promise.all(wishes.map((wish) => all.decide(wish)));
    expect(verdicts.map(({ blockedBy }) => blockedBy?.name ?? null)).toEqual([null, 'platform']);
  });

  it('names the rule', async () => {
    const details = async (principal: Principal, permission: string, place: keyof typeof at) =>
      (await policy.decide({ identity: someone(principal, []), permission, place: at[place] ?? null }))
        .blockedBy?.detail;
    expect([
      await details('discord:111', 'service.restart:prod-web', 'server'),
      await details('discord:999', 'gas.send', 'server'),
      await details('discord:333', 'scene.cut', 'elsewhere'),
      await details('console:local', 'alert.silence', 'drones'),
      await details('twitch:222', 'service.restart:slam', 'swarm'),
    ]).toEqual([
      'the role `operator` denies `service.restart:prod-*`',
      'it needs the permission `gas.send`',
      'the role `studio` counts only in `twitch-channel:swarm`, `discord-channel:70`, and this is `discord-channel:71`',
      'it is allowed only in `console`, `discord-server:60`, and this is `twitch-channel:drones`',
      'on Twitch it needs one of the badges `moderator`, `broadcaster`',
    ]);
  });

  it('has another version when a rule changes, and the same while none does', async () => {
    const wish = { identity: someone('discord:111', []), permission: 'ask', place: null };
    const other = { ...document, roles: { ...document.roles, viewer: ['ask', 'link'] } };
    const [one, same, changed] = await Promise.all(
      [policy, createPolicy(document), createPolicy(other)].map((each) => each.decide(wish)),
    );
    expect(same?.policyVersion).toBe(one?.policyVersion);
    expect(changed?.policyVersion).not.toBe(one?.policyVersion);
  });
});

describe('a permission that reaches everything', () => {
  const narrow = createPolicy({
    roles: {
      crew: { allow: ['*'], deny: ['agent.message:Agent-1'] },
      partly: ['gas.pause:Agent-1'],
      owner: ['*'],
    },
    people: {
      alice: { role: 'crew', identities: ['discord:111', 'twitch:111'] },
      bob: { role: 'partly', identities: ['discord:333'] },
      olga: { role: 'owner', identities: ['console:local', 'twitch:777'] },
    },
    places: [{ permissions: ['gas.resume:Agent-1'], in: ['console'] }],
    twitch: [{ permissions: ['gas.pause:Agent-1'], linked: false, badges: ['moderator'] }],
    dangers: {
      'agent.message:Agent-2': 'two-persons',
      'gas.pause:Agent-1': 'type-name',
      'gas.*': 'confirm',
      'access.grant:service.restart:slam': 'two-persons',
    },
  });

  it.each<[Principal, string, keyof typeof at, string | null]>([
    ['discord:111', 'agent.message:*', 'server', 'deny'],
    ['discord:111', 'agent.message:Agent-1*', 'server', 'deny'],
    ['discord:111', 'agent.message:Agent-2', 'server', null],
    ['discord:111', 'gas.pause:*', 'server', null],
    ['discord:333', 'gas.pause:*', 'server', 'grant'],
    ['console:local', 'gas.resume:*', 'server', 'place'],
    ['console:local', 'gas.resume:*', 'console', null],
    ['twitch:777', 'gas.pause:*', 'swarm', 'platform'],
  ])(
    'is closed to %s for %s at %s by what closes a part of it: %s',
    async (principal, permission, place, gate) => {
      const verdict = await narrow.decide({
        identity: someone(principal, []),
        permission,
        place: at[place] ?? null,
      });
      expect(verdict.blockedBy?.name ?? null).toBe(gate);
    },
  );

  it.each([
    ['agent.message:*', 'two-persons'],
    ['agent.message:Agent-1', 'none'],
    ['gas.pause:*', 'type-name'],
    ['gas.pause:Agent-2', 'confirm'],
    ['access.grant:service.restart:*', 'two-persons'],
    ['access.grant:service.restart:mesh', 'none'],
  ] as const)('is as dangerous as the most dangerous part: %s takes %s', (permission, level) => {
    expect(narrow.dangerOf(permission)).toBe(level);
  });
});

describe('a role is nobody', () => {
  const refused = (change: object) => () => createPolicy({ ...document, ...change });
  const withIdentity = (identity: string) => ({ people: { eve: { role: 'owner', identities: [identity] } } });

  it.each([
    ['discord:&900', /write it under marks, as in 'discord-role:900': operator/],
    ['<@&900>', /write it under marks, as in 'discord-role:900': operator/],
    ['discord:<@&900>', /'discord-role:900': operator/],
    ['discord-role:900', /is what many have, not a person's identity/],
    ['role:900', /'discord-role:900': operator/],
    ['twitch-badge:moderator', /'twitch-badge:moderator': operator/],
  ])('so %s in a list of identities is refused, with the mend', (identity, mend) => {
    expect(refused(withIdentity(identity))).toThrow(mend);
  });

  it('so an id that stands both as a person and as a role or server is refused, and both are named', () => {
    expect(refused(withIdentity('discord:900'))).toThrow('discord:900 of eve is discord-role:900');
    expect(refused(withIdentity('discord:60'))).toThrow('discord:60 of eve is discord-server:60');
  });

  it.each(['discord:111', '<@&900>', 'discord-role:operators', 'console:local', 'twitch-role:1'])(
    'so %s is no mark',
    (mark) => {
      expect(refused({ marks: { [mark]: 'operator' } })).toThrow(/a role or a badge, as in discord-role/);
    },
  );

  it('by type too: neither is written as the other', () => {
    const takesPrincipal = (principal: Principal) => principal;
    const takesMark = (mark: Mark) => mark;
    // @ts-expect-error a role of Discord is no principal
    takesPrincipal('role:900');
    // @ts-expect-error nor is it one behind its platform
    takesPrincipal('discord-role:900');
    // @ts-expect-error a principal is no mark
    takesMark('discord:111');
    expect([takesPrincipal('discord:111'), takesMark('role:900')]).toEqual(['discord:111', 'role:900']);
  });
});

describe('a policy is refused', () => {
  it.each([
    ['a star in the middle of a pattern', { roles: { viewer: ['service.*:slam'] } }, /one `\*` at the end/],
    [
      'a star at the beginning',
      { roles: { viewer: { deny: ['*.restart'] } } },
      /Invalid|one `\*` at the end/,
    ],
    [
      'a danger of a star in the middle',
      { dangers: { 'service.*:slam': 'two-persons' } },
      /one `\*` at the end/,
    ],
    ['a danger of nothing', { dangers: { '': 'two-persons' } }, /dangers/],
    ['a role of a mark that is not there', { marks: { 'discord-role:1': 'boss' } }, /unknown roles: boss/],
    ['a place that is none', { places: [{ permissions: ['ask'], in: ['#swarm'] }] }, /discord-channel:ID/],
    ['a rule of places without a place', { places: [{ permissions: ['ask'], in: [] }] }, /places/],
    [
      'a person called like an identity',
      { people: { 'discord:1': { identities: [] } } },
      /a name without a colon/,
    ],
  ])('for %s', (_what, change, why) => {
    expect(() => createPolicy({ roles: { viewer: ['ask'] }, people: {}, ...change })).toThrow(why);
  });
});
