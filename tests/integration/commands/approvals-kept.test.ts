// What happens to a wish while it waits: rights that go, a record that is altered, time that runs out, a process that dies.
import { describe, expect } from 'vitest';
import type { AuditSink } from '../../../src/access/index.ts';
import type { AuditEntry } from '../../../src/access/audit.ts';
import type { Change } from '../../../src/commands/spec.ts';
import { coreErrors, SwarmError } from '../../../src/core/errors.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { it } from '../../support/fixtures.ts';
import { open, placesOf, policyOf } from './approvals-scene.ts';
import { alice, bob } from './scene.ts';

describe('rights that change between the question and the word', () => {
  it.for([
    ['who asked', { alice: { role: 'viewer', identities: ['discord:111'] } }],
    ['who approves', { bob: { role: 'viewer', identities: ['discord:333'] } }],
  ] as const)('stop it when it is the right of %s', async ([, people], { redis, prefix }) => {
    const { asked, decide, setPolicy, orders } = open(redis, prefix);
    const id = await asked('restart prod-slam');
    setPolicy(policyOf((given) => ({ ...given, people: { ...given.people, ...people } })));
    expect(await decide(id, 'yes', bob)).toMatchObject({ code: 'denied' });
    expect(orders()).toEqual([]);
  });

  it('let it pass when both still have theirs under the new rules, which is recorded', async ({
    redis,
    prefix,
  }) => {
    const { asked, decide, setPolicy, approvals, orders } = open(redis, prefix);
    const id = await asked('restart prod-slam');
    const before = (await approvals.find(id))?.policyVersion;
    setPolicy(policyOf((given) => ({ ...given, roles: { ...given.roles, idle: [] } })));
    await decide(id, 'yes', bob);
    const after = (await approvals.find(id))?.decided?.policyVersion;
    expect([orders().length, after === before, typeof after]).toEqual([1, false, 'string']);
  });

  it('stop a yes that was enough when the rules have since asked for a second person', async ({
    redis,
    prefix,
  }) => {
    const { asked, decide, setPolicy, orders } = open(redis, prefix);
    const id = await asked('restart slam');
    setPolicy(policyOf((given) => ({ ...given, dangers: { 'service.restart:*': 'two-persons' } })));
    expect(await decide(id, 'yes', alice)).toMatchObject({
      code: 'denied',
      text: expect.stringContaining('rules have changed'),
    });
    expect(orders()).toEqual([]);
  });
});

describe('a record that was altered in the store', () => {
  const alter = async (redis: Redis, key: string, change: (request: object) => object) => {
    const request: object = JSON.parse((await redis.hget(key, 'request')) ?? '{}');
    await redis.hset(key, 'request', JSON.stringify(change(request)));
  };

  it('runs nothing, says so, sounds the alarm and is over', async ({ redis, prefix }) => {
    const { asked, decide, orders, faults, approvals, reports } = open(redis, prefix);
    const id = await asked('restart prod-slam');
    await alter(redis, `${prefix}:approval:${id}`, (given) => ({ ...given, args: { service: 'prod-mesh' } }));
    expect(await decide(id, 'yes', bob)).toMatchObject({
      kind: 'refusal',
      text: expect.stringContaining('altered'),
    });
    expect([orders(), faults.counts(), (await approvals.find(id))?.state]).toEqual([
      [],
      { APPROVAL_ALTERED: 1 },
      'invalid',
    ]);
    expect(placesOf(reports().filter(({ final }) => final))).toHaveLength(3);
  });

  it.for([
    ['prompt', { prompt: 'Restart nothing?' }],
    ['place', { place: { surface: 'discord', id: 'c-2' } }],
    ['place of its answers', { replyTo: { surface: 'discord', place: 'c-2' } }],
    ['marks', { requester: { person: 'alice', identity: { ...alice, marks: ['role:900'] } } }],
    ['rules', { policyVersion: 'other' }],
  ] as const)('runs nothing of another %s', async ([, other], { redis, prefix }) => {
    const { asked, decide, orders, approvals } = open(redis, prefix);
    const id = await asked('restart prod-slam');
    await alter(redis, `${prefix}:approval:${id}`, (given) => ({ ...given, ...other }));
    await decide(id, 'yes', bob);
    expect([orders(), (await approvals.find(id))?.state]).toEqual([[], 'invalid']);
  });

  it('cannot be made one that needs less', async ({ redis, prefix }) => {
    const { asked, decide, orders } = open(redis, prefix);
    const id = await asked('restart prod-slam');
    await alter(redis, `${prefix}:approval:${id}`, (given) => ({ ...given, level: 'confirm' }));
    await decide(id, 'yes', alice);
    expect(orders()).toEqual([]);
  });
});

describe('a name that has to be typed', () => {
  it('is asked for, and nothing is done without it', async ({ redis, prefix }) => {
    const { say, asked, decide, orders } = open(redis, prefix);
    expect(await say('restart named-slam')).toMatchObject({ kind: 'confirm', typeName: 'named-slam' });
    const id = await asked('restart named-slam');
    expect(await decide(id)).toMatchObject({
      code: 'bad-argument',
      text: expect.stringContaining('named-slam'),
    });
    expect(await say(`yes ${id} named-slm`)).toMatchObject({ code: 'bad-argument' });
    expect([orders(), await say(`yes ${id} named-slam`)]).toMatchObject([[], { kind: 'accepted' }]);
    expect(orders()).toHaveLength(1);
  });

  it('does not count from somebody else', async ({ redis, prefix }) => {
    const { asked, say, orders } = open(redis, prefix);
    expect(await say(`yes ${await asked('restart named-slam')} named-slam`, bob)).toMatchObject({
      code: 'denied',
    });
    expect(orders()).toEqual([]);
  });
});

describe('a change that a second person approved', () => {
  const rename: Change = {
    kind: 'change',
    name: 'rename',
    description: 'Give it another name',
    args: [{ name: 'service', description: 'Which', required: true }],
    example: 'rename slam',
    danger: 'two-persons',
    permission: ({ service = '' }) => `service.restart:${service}`,
    check: () => Promise.resolve(null),
    prompt: ({ service = '' }) => `Rename ${service}?`,
    apply: () => Promise.resolve({ title: 'Renamed', tone: 'ok', rows: [], data: null }),
  };

  it('is told where it was asked too, since no report follows', async ({ redis, prefix }) => {
    const { asked, decide, reports } = open(redis, prefix, { specs: [rename] });
    const reply = await decide(await asked('rename slam'), 'yes', bob);
    expect(reply).toMatchObject({ kind: 'answer', answer: { title: 'Renamed' } });
    const ends = reports().filter(({ final }) => final);
    expect(placesOf(ends)).toEqual(['discord:c-1', 'discord:ops', 'twitch:swarm']);
  });

  it('is done at once where nothing stands before it', async ({ redis, prefix }) => {
    const { say, approvals } = open(redis, prefix, { specs: [{ ...rename, danger: 'none' }] });
    expect(await say('rename slam')).toMatchObject({ kind: 'answer', answer: { title: 'Renamed' } });
    expect(await approvals.waiting()).toEqual([]);
  });
});

describe('a record that cannot be read', () => {
  it.for([
    ['is no hash', (redis: Redis, key: string) => redis.set(key, 'x')],
    ['has a request that is no JSON', (redis: Redis, key: string) => redis.hset(key, 'request', '{')],
    ['has no end', (redis: Redis, key: string) => redis.hset(key, 'expiresAt', '')],
    ['has an end that is no date', (redis: Redis, key: string) => redis.hset(key, 'expiresAt', '1e20')],
    ['was shown at no time', (redis: Redis, key: string) => redis.hset(key, 'shownAt', 'NaN')],
    ['has a state that there is not', (redis: Redis, key: string) => redis.hset(key, 'state', 'half')],
  ] as const)(
    'since it %s is named with the mend, and hides no other',
    async ([, spoil], { redis, prefix }) => {
      const { asked, decide, say, orders } = open(redis, prefix);
      const bad = await asked('restart prod-slam');
      const good = await asked('restart prod-mesh');
      const key = `${prefix}:approval:${bad}`;
      await spoil(redis, key);
      expect(await say('approvals')).toMatchObject({
        answer: {
          title: '1 wish waits for a word',
          rows: [
            { label: good },
            {
              label: bad,
              value: `its record cannot be read, so nobody can decide it; remove it with \`redis-cli del ${key}\` and ask again`,
            },
          ],
        },
      });
      expect(await decide(bad, 'yes', bob)).toMatchObject({
        kind: 'refusal',
        text: expect.stringContaining('A record in Redis cannot be read'),
      });
      expect(orders()).toEqual([]);
    },
  );
});

describe('the record of what was done', () => {
  it('has each step before it is taken, with both persons and the rules of that moment', async ({
    redis,
    prefix,
  }) => {
    const lines: AuditEntry[] = [];
    const { asked, decide, orders } = open(redis, prefix, { audit: keeping(lines) });
    await decide(await asked('restart prod-slam', alice, 'i-7'), 'yes', bob);
    expect(lines.map(({ event, verdict, person, approvers }) => [event, verdict, person, approvers])).toEqual(
      [
        ['asked', 'allowed', 'alice', []],
        ['decided', 'approved', 'bob', ['bob']],
        ['executing', 'allowed', 'alice', ['bob']],
      ],
    );
    expect([new Set(lines.map(({ correlationId }) => correlationId)).size, orders().length]).toEqual([1, 1]);
  });

  it('stops what it cannot hold', async ({ redis, prefix }) => {
    const full = () => Promise.reject(new SwarmError(coreErrors.redisUnavailable, 'gone'));
    const lines: AuditEntry[] = [];
    const sink = keeping(lines);
    const { asked, decide, orders } = open(redis, prefix, { audit: sink });
    const id = await asked('restart prod-slam');
    sink.append = full;
    expect(await decide(id, 'yes', bob)).toMatchObject({ code: 'unavailable' });
    expect(orders()).toEqual([]);
  });

  function keeping(lines: AuditEntry[]): { append: AuditSink['append'] } {
    return {
      append: (entry) => {
        lines.push(entry);
        return Promise.resolve({ ...entry, seq: lines.length, at: 0, hash: '' });
      },
    };
  }
});

describe('a store that is away', () => {
  it('lets nothing be proposed and nothing decided, and says so', async ({ redis, prefix }) => {
    const { asked, say, decide, orders } = open(redis, prefix);
    const id = await asked('restart prod-slam');
    redis.disconnect();
    expect(await say('restart prod-slam')).toMatchObject({ code: 'unavailable' });
    expect(await decide(id, 'yes', bob)).toMatchObject({ code: 'unavailable' });
    expect(orders()).toEqual([]);
  });
});
