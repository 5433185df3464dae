// What the sweep does of what waits: brings it to mind, ends it, and mends what a crash left half done.
import { describe, expect } from 'vitest';
import { domainErrors } from '../../../src/contracts/errors.ts';
import { SwarmError } from '../../../src/core/errors.ts';
import { it } from '../../support/fixtures.ts';
import { open, placesOf, policyOf } from './approvals-scene.ts';
import { alice, bob } from './scene.ts';

const noAnswer = () =>
  new SwarmError(domainErrors.auditUnavailable, 'no answer', { cause: new Error('Command timed out') });

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

  it('is not kept from the others by a hundred that cannot be read', async ({ redis, prefix }) => {
    const { asked, intake, clock, approvals } = open(redis, prefix);
    const good = await asked('restart prod-slam');
    const bad = Array.from({ length: 120 }, (_, i) => `bad${i}`);
    for (const id of bad) {
      await redis.set(`${prefix}:approval:${id}`, 'x');
      await redis.zadd(`${prefix}:approvals`, clock.now(), id);
    }
    clock.advance(900_001);
    await intake.sweep();
    await intake.sweep();
    expect(await approvals.find(good)).toMatchObject({ state: 'expired' });
    expect([(await approvals.due()).length, (await approvals.unreadable()).length]).toEqual([0, 120]);
    clock.advance(60_001);
    expect(await approvals.due()).toContain('bad0');
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

  for (const [what, line, by, isBegun, came, verdict] of [
    ['of a second person', 'restart prod-slam', bob, false, 'nothing was done', 'expired'],
    ['of who asked', 'restart slam', alice, false, 'nothing was done', 'expired'],
    ['that was begun', 'restart slam', alice, true, 'whether it was begun is not known', 'unknown'],
  ] as const) {
    it(`does not carry out a yes ${what} more than ten minutes later, and says so`, async ({
      redis,
      prefix,
    }) => {
      const { asked, decide, intake, jobs, clock, orders, approvals, audit, reports, recorded } = open(
        redis,
        prefix,
      );
      const id = await asked(line);
      const append = audit.append;
      if (isBegun) jobs.down = true;
      else audit.append = () => Promise.reject(noAnswer());
      expect(await decide(id, 'yes', by)).toMatchObject({ code: 'unavailable' });
      audit.append = append;
      jobs.down = false;
      clock.advance(600_001);
      expect(await decide(id, 'yes', by)).toMatchObject({ code: 'no-confirmation' });
      await intake.sweep();
      await intake.sweep();
      const ends = reports().filter(({ to, text }) => to.place === 'c-1' && text.includes('Expired'));
      expect(ends).toMatchObject([
        { text: expect.stringMatching(`, but it could not be done within 10 min; ${came}\\.$`) },
      ]);
      expect([orders(), (await approvals.find(id))?.state, await approvals.due()]).toEqual([
        [],
        'expired',
        [],
      ]);
      expect((await recorded()).at(-1)).toBe(`restart: ended, ${verdict}`);
    });
  }

  it('tells nothing else of what was approved and done, though its end was not noted', async ({
    redis,
    prefix,
  }) => {
    const { asked, decide, intake, clock, orders, approvals, reports } = open(redis, prefix, {
      ports: {
        actions: {
          note: () => Promise.resolve(),
          find: async (correlationId) => [
            {
              note: {
                ...{ correlationId, command: 'restart', args: {}, person: 'alice' },
                ...{ principal: 'discord:111', at: 0 },
              },
              steps: [{ state: 'ready', at: 0, detail: '' }],
              word: null,
            },
          ],
        },
      },
    });
    const id = await asked('restart slam');
    const move = approvals.move;
    approvals.move = (which, way) => (way.to === 'done' ? Promise.reject(noAnswer()) : move(which, way));
    expect(await decide(id)).toMatchObject({ kind: 'accepted' });
    approvals.move = move;
    clock.advance(600_001);
    await intake.sweep();
    expect([orders().length, (await approvals.find(id))?.state, reports()]).toEqual([1, 'done', []]);
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
