// What waits for a second person: whose word counts, once, and what is told where.
import { describe, expect } from 'vitest';
import type { Identity } from '../../../src/contracts/chat.ts';
import { correlationIdOf } from '../../../src/contracts/ids.ts';
import { it } from '../../support/fixtures.ts';
import { carol, crowd, open, placesOf, policyOf } from './approvals-scene.ts';
import { alice, aliceOnTwitch, bob } from './scene.ts';

const vera: Identity = { surface: 'discord', id: '444', name: 'Vera' };

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

  it('is told as approved wherever else it was shown, and the order tells of itself', async ({
    redis,
    prefix,
  }) => {
    const { asked, say, reports, approvals } = open(redis, prefix);
    const id = await asked('restart prod-slam');
    await say(`approve ${id}`, bob);
    const ends = reports().filter(({ final }) => final);
    expect(placesOf(ends)).toEqual(['discord:ops', 'twitch:swarm']);
    expect(ends[0]?.text).toMatch(/Approved by bob at 2023-11-14 \d\d:\d\d:\d\d UTC\.$/);
    expect(await approvals.find(id)).toMatchObject({ state: 'done', decided: { person: 'bob' } });
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

  it.for([
    ['a viewer', 'viewer', 'the permission that this `restart` needs, or the one to approve it.'],
    [
      'a reader of the record',
      'auditor',
      '`approve:service.restart:prod-slam` or `service.restart:prod-slam` (it needs the permission `service.restart:prod-slam`).',
    ],
  ] as const)(
    'is not decided by %s, who reads of what it takes no more than they may see',
    async ([, role, needs], { redis, prefix }) => {
      const dora = { surface: 'discord', id: '777', name: 'Dora' } as const;
      const policy = policyOf((given) => ({
        ...given,
        roles: { ...given.roles, auditor: ['ask', 'audit.read'] },
        people: { ...given.people, dora: { role, identities: ['discord:777'] } },
      }));
      const { asked, say, decide, orders } = open(redis, prefix, { policy });
      const id = await asked('restart prod-slam');
      const no = { code: 'denied', text: `Not for Dora to decide: it takes ${needs}` };
      for (const word of ['approve', 'deny']) {
        expect(await say(`${word} ${id}`, dora)).toMatchObject(no);
        expect(await say(`${word} ${id} --dry-run`, dora)).toMatchObject(no);
      }
      expect(await decide(id, 'yes', dora)).toMatchObject(no);
      expect(orders()).toEqual([]);
    },
  );

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
        title: '1 wish waits for a word',
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
    await asked('restart slam');
    expect(await say('approvals', bob)).toMatchObject({ answer: { title: '2 wishes wait for a word' } });
    await say(`approve ${id}`, bob);
    expect(await say('approvals', bob)).toMatchObject({
      answer: { rows: [{ label: expect.not.stringMatching(id) }] },
    });
  });

  it('is listed without its arguments to whoever has no word on it', async ({ redis, prefix }) => {
    const { asked, say } = open(redis, prefix);
    const two = await asked('restart prod-slam');
    const own = await asked('restart mesh');
    const listed = async (who: Identity) => {
      const reply = await say('approvals', who);
      if (reply.kind !== 'answer') throw new Error(JSON.stringify(reply));
      const texts = reply.answer.rows.map(({ label, value }) => `${label} ${value}`).toSorted();
      return { texts, json: JSON.stringify(reply.answer.data) };
    };
    const outlines = [
      `${two} \`restart\`: alice asked; waits for somebody else; 15 min left`,
      `${own} \`restart\`: alice asked; waits for alice; 60 s left`,
    ].toSorted();
    const seen = await listed(vera);
    expect(seen.texts).toEqual(outlines);
    expect(seen.json).not.toMatch(/slam|mesh/);
    const whole = [expect.stringContaining('Restart prod-slam?'), expect.stringContaining('Restart mesh?')];
    expect((await listed(aliceOnTwitch)).texts).toEqual(expect.arrayContaining(whole));
    // A second person reads what their word counts on.
    expect((await listed(carol)).texts).toEqual(
      expect.arrayContaining([whole[0], outlines.find((text) => text.startsWith(own))]),
    );
  });
});
