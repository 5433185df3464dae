// What waits for a second person, or for a name that is typed: whose word counts, once, and what is told where.
import { describe, expect } from 'vitest';
import { createPolicy, type Policy } from '../../../src/access/index.ts';
import type { Identity, Report } from '../../../src/contracts/chat.ts';
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

const carol: Identity = { surface: 'discord', id: '555', name: 'Carol' };
const crowd = Array.from(
  { length: 50 },
  (_, i): Identity => ({
    surface: 'twitch',
    id: `9${i}`,
    name: `fan${i}`,
  }),
);
const document = {
  ...policyDocument,
  roles: { ...policyDocument.roles, approver: ['ask', 'approve:service.restart:*'] },
  people: {
    ...policyDocument.people,
    carol: { role: 'approver', identities: ['discord:555'] },
    ...Object.fromEntries(
      crowd.map(({ id, name }) => [name, { role: 'approver', identities: [`twitch:${id}`] }]),
    ),
  },
};
type Document = Parameters<typeof createPolicy>[0] & typeof document;
const policyOf = (change: (given: Document) => object = (given) => given): Policy =>
  createPolicy(change(document));

const places = [
  { surface: 'discord', place: 'ops' },
  { surface: 'twitch', place: 'swarm' },
] as const;

function open(redis: Redis, prefix: string, options: SceneOptions = {}) {
  const scene = createScene(redis, prefix, { policy: policyOf(), places, ...options });
  const orders = () => scene.jobs.orders.filter((order) => nameOf(order) === 'service.restart');
  const reports = (): Report[] => scene.jobs.orders.flatMap((order) => (isReport(order) ? [order.body] : []));
  return { ...scene, orders, reports };
}

function nameOf(order: unknown): unknown {
  return typeof order === 'object' && order !== null && 'name' in order ? order.name : undefined;
}

function isReport(order: unknown): order is { readonly body: Report } {
  return nameOf(order) === 'chat.report';
}

const placesOf = (reports: readonly Report[]) =>
  reports.map(({ to }) => `${to.surface}:${to.place}`).toSorted();

describe('a wish that the rules want a second person for', () => {
  it('is shown where it was asked and in every place of the configuration', async ({ redis, prefix }) => {
    const { say, reports, clock } = open(redis, prefix);
    const reply = await say('restart prod-slam', alice, 'i-7');
    expect(reply).toEqual({
      kind: 'confirm',
      confirmationId: expect.stringMatching(/^\w{6}$/),
      prompt: 'Restart prod-slam? It needs a second person.',
      expiresAt: clock.now() + 900_000,
      level: 'two-persons',
      correlationId: correlationIdOf('i-7'),
    });
    const id = reply.kind === 'confirm' ? reply.confirmationId : '';
    expect(placesOf(reports())).toEqual(['discord:ops', 'twitch:swarm']);
    expect(reports().map(({ ask, final }) => [ask?.id, final])).toEqual([
      [id, false],
      [id, false],
    ]);
    expect(reports().find(({ to }) => to.surface === 'twitch')?.text).toContain(
      `alice (discord) asks: Restart prod-slam? It needs a second person: !approve ${id} or !deny ${id}, within 15 min`,
    );
  });

  it('is done on behalf of who asked, and told where they asked', async ({ redis, prefix }) => {
    const { asked, say, orders } = open(redis, prefix);
    const id = await asked('restart prod-slam', alice, 'i-7');
    const reply = await say(`approve ${id}`, bob);
    expect(reply).toMatchObject({ kind: 'accepted', correlationId: correlationIdOf('i-7') });
    expect(orders()).toEqual([
      expect.objectContaining({
        principal: 'discord:111',
        body: expect.objectContaining({
          service: 'prod-slam',
          replyTo: { surface: 'discord', place: 'c-1' },
        }),
      }),
    ]);
  });

  it('may be approved by who may approve it without the right to do it', async ({ redis, prefix }) => {
    const { asked, say, orders } = open(redis, prefix);
    expect(await say(`approve ${await asked('restart prod-slam')}`, carol)).toMatchObject({
      kind: 'accepted',
    });
    expect(orders()).toHaveLength(1);
  });

  it('is not approved by who asked, nor by their other identity', async ({ redis, prefix }) => {
    const { asked, decide, orders } = open(redis, prefix);
    const id = await asked('restart prod-slam');
    for (const self of [alice, aliceOnTwitch]) {
      expect(await decide(id, 'yes', self)).toMatchObject({
        code: 'denied',
        text: 'alice asked for it, so somebody else has to approve it.',
      });
    }
    expect(orders()).toEqual([]);
  });

  it('is not approved by an identity that was linked to who asked only since', async ({ redis, prefix }) => {
    const { asked, decide, setPolicy, orders } = open(redis, prefix, {
      policy: policyOf((given) => ({
        ...given,
        people: {
          ...given.people,
          alice: { role: 'operator', identities: ['discord:111'] },
          alias: { role: 'operator', identities: ['twitch:222'] },
        },
      })),
    });
    const id = await asked('restart prod-slam', alice);
    setPolicy(policyOf());
    expect(await decide(id, 'yes', aliceOnTwitch)).toMatchObject({ code: 'denied' });
    expect(orders()).toEqual([]);
  });

  it('is not approved by a stranger, who reads what it takes', async ({ redis, prefix }) => {
    const { asked, decide, orders } = open(redis, prefix);
    expect(await decide(await asked('restart prod-slam'), 'yes', stranger)).toMatchObject({
      code: 'denied',
      text: expect.stringContaining('`approve:service.restart:prod-slam` or `service.restart:prod-slam`'),
    });
    expect(orders()).toEqual([]);
  });

  it('has one approval among fifty clicks in two processes, and 49 who read whose it was', async ({
    redis,
    prefix,
  }) => {
    const one = open(redis, prefix);
    const other = open(redis, prefix, { clock: one.clock });
    const id = await one.asked('restart prod-slam');
    const replies = await Promise.all(
      crowd.map((person, i) => (i % 2 === 0 ? one : other).decide(id, 'yes', person)),
    );
    const winner = crowd[replies.findIndex(({ kind }) => kind === 'accepted')]?.name;
    const late = replies.filter((reply) => reply.kind === 'refusal' && reply.code === 'decided');
    expect([winner, late.length]).toEqual([expect.stringMatching(/^fan/), 49]);
    const texts = new Set(late.map((reply) => (reply.kind === 'refusal' ? reply.text : '')));
    expect([...texts]).toEqual([
      expect.stringMatching(new RegExp(`^Already approved by ${winner} at .* UTC\\.$`)),
    ]);
    expect([...one.orders(), ...other.orders()]).toHaveLength(1);
  });

  it('can be denied with a reason, and that is told everywhere', async ({ redis, prefix }) => {
    const { asked, say, orders, reports } = open(redis, prefix);
    const id = await asked('restart prod-slam', alice, 'i-7');
    expect(await say(`deny ${id} "not now"`, bob)).toMatchObject({ kind: 'dropped' });
    const ends = reports().filter(({ final }) => final);
    expect(placesOf(ends)).toEqual(['discord:c-1', 'discord:ops', 'twitch:swarm']);
    expect(ends.filter(({ ask }) => ask !== undefined)).toEqual([]);
    expect(ends.find(({ to }) => to.place === 'c-1')).toMatchObject({
      about: correlationIdOf('i-7'),
      text: expect.stringMatching(/Declined by bob at .* UTC \(not now\); nothing was done\.$/),
    });
    expect([orders(), await say(`approve ${id}`, carol)]).toMatchObject([[], { code: 'decided' }]);
  });

  it('can be taken back by who asked', async ({ redis, prefix }) => {
    const { asked, decide, approvals } = open(redis, prefix);
    const id = await asked('restart prod-slam');
    expect(await decide(id, 'no', aliceOnTwitch)).toMatchObject({ kind: 'dropped' });
    expect(await approvals.find(id)).toMatchObject({ state: 'withdrawn', decided: { person: 'alice' } });
  });

  it('is listed with its age and with who may approve it', async ({ redis, prefix }) => {
    const { asked, say, clock } = open(redis, prefix);
    const id = await asked('restart prod-slam');
    clock.advance(61_000);
    const reply = await say('approvals', bob);
    expect(reply).toMatchObject({
      answer: {
        rows: [
          {
            label: id,
            value:
              'Restart prod-slam? alice asked; anybody else with `approve:service.restart:prod-slam` or `service.restart:prod-slam` may approve; 13 min left',
            ageMs: 61_000,
          },
        ],
      },
    });
    await say(`approve ${id}`, bob);
    expect(await say('approvals', bob)).toMatchObject({ answer: { rows: [] } });
  });
});

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
