import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPolicy, type Grant, loadPolicy, principalOf } from '../../../src/access/index.ts';
import { nothingRecorded, type Recall } from '../../../src/access/recall.ts';
import type { Surface } from '../../../src/contracts/chat.ts';

const document = {
  roles: {
    viewer: ['ask'],
    operator: ['ask', 'service.restart:*'],
    pilot: ['service.restart:slam', 'service.restart:mesh'],
    owner: ['*'],
    nobody: [],
  },
  everyone: 'viewer',
  people: {
    alice: { role: 'operator', identities: ['discord:111', 'twitch:222'] },
    bob: { role: 'pilot', identities: ['discord:333'] },
    carol: { role: 'owner', identities: ['console:local'] },
    dave: { role: 'nobody', identities: ['discord:444'] },
  },
};
const policy = createPolicy(document);
const someone = (surface: Surface, id: string) => ({ surface, id, name: 'Some Name' });

const grant = (effect: Grant['effect']): Grant => ({
  ...{ effect, kind: 'permission', name: 'service.restart:slam', by: 'carol', at: 0, until: null },
});

describe('a policy', () => {
  it.each([
    // who, permission, may
    ['discord:111', 'ask', true],
    ['discord:111', 'service.restart:slam', true],
    ['discord:111', 'service.restart:anything-else', true],
    ['twitch:222', 'service.restart:slam', true],
    ['twitch:111', 'service.restart:slam', false],
    ['discord:222', 'service.restart:slam', false],
    ['discord:111', 'gas.send', false],
    ['discord:111', 'service.stop:slam', false],
    ['discord:333', 'service.restart:slam', true],
    ['discord:333', 'service.restart:mesh', true],
    ['discord:333', 'service.restart:slam2', false],
    ['discord:333', 'service.restart:sla', false],
    ['discord:333', 'service.restart:', false],
    ['discord:333', 'service.restart', false],
    ['discord:333', 'ask', false],
    ['console:local', 'service.restart:slam', true],
    ['console:local', 'whatever.comes:later', true],
    ['console:remote', 'service.restart:slam', false],
    ['discord:444', 'ask', false],
    ['discord:444', 'service.restart:slam', false],
    ['discord:999', 'ask', true],
    ['discord:999', 'service.restart:slam', false],
    ['twitch:999', 'ask', true],
    ['', 'ask', true],
    ['', 'service.restart:slam', false],
    ['discord:111 ', 'service.restart:slam', false],
    ['Discord:111', 'service.restart:slam', false],
    ['discord:constructor', 'service.restart:slam', false],
  ])('says of %s and %s: %s', async (principal, permission, may) => {
    await expect(policy.allows(principal, permission)).resolves.toBe(may);
  });

  it('denies a stranger everything where it has no role for everyone', async () => {
    const { everyone: _, ...closed } = document;
    await expect(createPolicy(closed).allows('discord:999', 'ask')).resolves.toBe(false);
  });

  it('denies everything where it is empty', async () => {
    await expect(createPolicy({ roles: {}, people: {} }).allows('console:local', 'ask')).resolves.toBe(false);
  });

  it('knows one person over several surfaces', async () => {
    expect([
      await policy.personOf(someone('discord', '111')),
      await policy.personOf(someone('twitch', '222')),
    ]).toEqual(['alice', 'alice']);
  });

  it('calls a stranger by the identity, never by the name that anybody can take', async () => {
    await expect(policy.personOf({ ...someone('discord', '999'), name: 'alice' })).resolves.toBe(
      'discord:999',
    );
  });

  it('writes a principal as surface and id', () => {
    expect(principalOf(someone('twitch', '222'))).toBe('twitch:222');
  });
});

describe('what was read at the moment of a word', () => {
  const permission = 'service.restart:slam';
  const alice = someone('discord', '111');
  const revoked = { via: null, marks: [], grants: [grant('deny')] };
  function scene() {
    const reads: string[] = [];
    const recall: Recall = {
      ...nothingRecorded,
      read: async (principal) => {
        reads.push(principal);
        return revoked;
      },
    };
    return {
      reads,
      policy: createPolicy(document, recall),
      other: createPolicy({ roles: {}, people: {} }, recall),
    };
  }

  it('decides without being read again, a revocation included', async () => {
    const { reads, policy: held } = scene();
    const verdict = await held.decide({
      identity: alice,
      permission,
      place: null,
      reading: held.read(alice),
    });
    expect([verdict.allowed, reads]).toEqual([false, ['discord:111']]);
  });

  it('counts for nobody else, and under no other rules', async () => {
    const { reads, policy: held, other } = scene();
    const bob = someone('discord', '333');
    await held.decide({ identity: bob, permission, place: null, reading: held.read(alice) });
    await held.decide({ identity: alice, permission, place: null, reading: other.read(alice) });
    expect(reads).toEqual(['discord:111', 'discord:333', 'discord:111', 'discord:111']);
  });
});

describe('a policy is refused', () => {
  const withAlice = (alice: unknown) => ({ ...document, people: { alice } });

  it.each([
    ['discord:&123', 'a role id with its mark'],
    ['<@&1>', 'a role mention'],
    ['discord:<@&1>', 'a role mention behind a surface'],
    ['<@1>', 'a person’s mention'],
    ['discord:', 'no id'],
    ['111', 'no surface'],
    ['email:alice', 'an unknown surface'],
    ['discord:1 1', 'a space'],
    ['discord:a@b', 'an address'],
  ])('for the identity %s: %s', (identity) => {
    expect(() => createPolicy(withAlice({ role: 'operator', identities: [identity] }))).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });

  it('for a role that is not there, which it names', () => {
    expect(() => createPolicy(withAlice({ role: 'boss', identities: [] }))).toThrow(/unknown roles: boss;/);
  });

  it('for a role of everyone that is not there', () => {
    expect(() => createPolicy({ ...document, everyone: 'guest' })).toThrow('unknown roles: guest');
  });

  it('for a role that every object of JavaScript seems to have', () => {
    expect(() => createPolicy({ ...document, everyone: 'constructor' })).toThrow(
      'unknown roles: constructor',
    );
  });

  it('for an identity that belongs to two people, and names both', () => {
    const eve = { role: 'viewer', identities: ['discord:111'] };
    expect(() => createPolicy({ ...document, people: { ...document.people, eve } })).toThrow(
      'discord:111 belongs to alice and to eve',
    );
  });

  it('for a key that it does not know, so that a slip of the pen grants or denies nothing in silence', () => {
    expect(() => createPolicy({ ...document, evryone: 'viewer' })).toThrow(/evryone/);
  });
});

describe('a policy file', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'swarmline-policy-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('grants what it says', async () => {
    await writeFile(join(dir, 'p.yaml'), 'roles: { all: ["*"] }\neveryone: all\npeople: {}\n');
    await expect((await loadPolicy(join(dir, 'p.yaml'))).allows('http:x', 'ask')).resolves.toBe(true);
  });

  it.each([
    ['is missing', null, /ENOENT/],
    ['is empty', '', /expected object/],
    ['is no YAML', 'roles: [', /p\.yaml/],
    ['names an unknown role', 'roles: {}\neveryone: viewer\npeople: {}\n', /unknown roles: viewer/],
    [
      'lists a role as a person',
      'roles: {v: [ask]}\npeople: {a: {role: v, identities: ["discord:&1"]}}',
      /identities/,
    ],
  ])('that %s denies everything and says why', async (_what, text, why) => {
    const path = join(dir, 'p.yaml');
    if (text !== null) await writeFile(path, text);
    const broken = await loadPolicy(path);
    expect(broken.broken).toMatch(why);
    const wishes = ['ask', 'service.restart:slam'];
    expect(await Promise.all(wishes.map((wish) => broken.allows('console:local', wish)))).toEqual([
      false,
      false,
    ]);
  });
});
