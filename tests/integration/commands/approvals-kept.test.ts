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

describe('the sweep', () => {
  it('ends what nobody decided, and tells it in every place', async ({ redis, prefix }) => {
    const { asked, intake, clock, reports, decide } = open(redis, prefix);
    const id = await asked('restart prod-slam', alice, 'i-7');
    clock.advance(900_001);
    await intake.sweep();
    const ends = reports().filter(({ final }) => final);
    expect(placesOf(ends)).toEqual(['discord:c-1', 'discord:ops', 'twitch:swarm']);
    expect(ends[0]).toMatchObject({
      text: expect.stringContaining('Expired'),
      steps: [{ state: 'expired' }],
    });
    expect(await decide(id, 'yes', bob)).toMatchObject({ code: 'no-confirmation' });
  });

  it('brings a request to mind at half of its time, in every place and once, whoever sweeps', async ({
    redis,
    prefix,
  }) => {
    const { asked, intake, clock, approvals, reports, jobs } = open(redis, prefix);
    const id = await asked('restart prod-slam');
    const before = jobs.ids.length;
    clock.advance(449_999);
    await intake.sweep();
    expect([await approvals.due(), jobs.ids.length]).toEqual([[], before]);
    clock.advance(2);
    const after = open(redis, prefix, { clock });
    await Promise.all([intake.sweep(), after.intake.sweep()]);
    const reminders = [...reports(), ...after.reports()].filter(({ text }) => text.includes('still waits'));
    expect([...new Set(placesOf(reminders))]).toEqual(['discord:c-1', 'discord:ops', 'twitch:swarm']);
    expect(new Set([...jobs.ids.slice(before), ...after.jobs.ids]).size).toBe(3);
    expect(reminders[0]).toMatchObject({
      final: true,
      text: `alice (discord) still waits: Restart prod-slam? It needs a second person: approve ${id} or deny ${id}, within 7 min`,
    });
    clock.advance(400_000);
    await open(redis, prefix, { clock }).intake.sweep();
    expect([await approvals.due(), (await approvals.find(id))?.state]).toEqual([[], 'pending']);
    clock.advance(60_000);
    await intake.sweep();
    expect((await approvals.find(id))?.state).toBe('expired');
  });

  it("brings to mind later what could not be told, and neither what is decided nor one's own question", async ({
    redis,
    prefix,
  }) => {
    const { asked, decide, intake, jobs, clock, reports } = open(redis, prefix);
    const reminders = () => reports().filter(({ text }) => text.includes('still waits'));
    await decide(await asked('restart prod-slam'), 'no', bob);
    await asked('restart slam');
    clock.advance(40_000);
    await intake.sweep();
    await asked('restart prod-mesh');
    clock.advance(450_001);
    jobs.down = true;
    await intake.sweep();
    jobs.down = false;
    expect(reminders()).toEqual([]);
    await intake.sweep();
    expect(reminders().map(({ subject }) => subject)).toEqual(Array(3).fill('restart prod-mesh'));
  });

  it('ends after two minutes what could never be seen', async ({ redis, prefix }) => {
    const { intake, clock, approvals } = open(redis, prefix);
    const wish = { id: 'i-7', identity: alice, replyTo: { surface: 'discord', place: 'c-1' } } as const;
    await intake.handle({ ...wish, input: { kind: 'line', line: 'restart prod-slam' }, shownLater: true });
    const [waiting] = await approvals.waiting();
    clock.advance(120_001);
    await intake.sweep();
    expect(await approvals.find(waiting?.id ?? '')).toMatchObject({ state: 'expired', shownAt: null });
  });

  it('does what was approved when the process died before the queue had it', async ({ redis, prefix }) => {
    const { asked, decide, intake, jobs, clock, orders, approvals } = open(redis, prefix);
    const id = await asked('restart prod-slam');
    jobs.down = true;
    expect(await decide(id, 'yes', bob)).toMatchObject({ code: 'unavailable' });
    jobs.down = false;
    clock.advance(3_001);
    await intake.sweep();
    expect([orders().length, (await approvals.find(id))?.state, await approvals.due()]).toEqual([
      1,
      'done',
      [],
    ]);
  });

  it('does not do it when a right has gone meanwhile, and says so', async ({ redis, prefix }) => {
    const { asked, decide, intake, jobs, clock, orders, setPolicy, reports } = open(redis, prefix);
    const id = await asked('restart prod-slam');
    jobs.down = true;
    await decide(id, 'yes', bob);
    jobs.down = false;
    setPolicy(policyOf((given) => ({ ...given, people: {} })));
    clock.advance(3_001);
    await intake.sweep();
    expect(orders()).toEqual([]);
    expect(
      reports().filter(({ final, text }) => final && text.includes('Not for Bob to decide')),
    ).toHaveLength(3);
  });

  it('tells the end that could not be told', async ({ redis, prefix }) => {
    const { asked, decide, intake, jobs, clock, reports } = open(redis, prefix);
    const id = await asked('restart prod-slam');
    jobs.down = true;
    await decide(id, 'no', bob);
    jobs.down = false;
    expect(reports().filter(({ final }) => final)).toEqual([]);
    clock.advance(3_001);
    await intake.sweep();
    expect(reports().filter(({ final }) => final)).toHaveLength(3);
  });

  it('takes the buttons of a question that ran out, and spends no line of a chat on it', async ({
    redis,
    prefix,
  }) => {
    const { intake, clock, reports } = open(redis, prefix);
    const ask = (id: string, message: { readonly message?: string }) =>
      intake.handle({
        id,
        identity: alice,
        replyTo: { surface: 'discord', place: 'c-1', ...message },
        input: { kind: 'line', line: 'restart slam' },
      });
    await ask('i-1', { message: 'm-1' });
    await ask('i-2', {});
    clock.advance(60_001);
    await intake.sweep();
    expect(reports().map(({ to }) => to)).toEqual([{ surface: 'discord', place: 'c-1', message: 'm-1' }]);
  });
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
