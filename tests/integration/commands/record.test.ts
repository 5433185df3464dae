// What the way of a command leaves in the record, and that nothing is done which could not be written down before.
import { describe, expect } from 'vitest';
import { createPolicy } from '../../../src/access/index.ts';
import type { Change } from '../../../src/commands/spec.ts';
import { correlationIdOf } from '../../../src/contracts/ids.ts';
import { type Logger, silentLogger } from '../../../src/core/logger.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { it } from '../../support/fixtures.ts';
import { alice, bob, createScene, stranger } from './scene.ts';

/** Takes the record away, and nothing else: whatever else lies in Redis works on. */
const breakRecord = (redis: Redis, prefix: string) => redis.set(`${prefix}:audit:lines`, 'not a stream');

describe('an action', () => {
  it('leaves who asked, who decided and that it was begun, under one correlation id', async ({
    redis,
    prefix,
  }) => {
    const scene = createScene(redis, prefix);
    await scene.decide(await scene.asked('restart slam', alice, 'i-7'), 'yes');
    expect(await scene.recorded()).toEqual([
      'restart: asked, allowed',
      'restart: decided, approved',
      'restart: executing, allowed',
    ]);
    const { lines } = await scene.record.query({}, { limit: 10 });
    for (const line of lines) {
      expect(line).toMatchObject({
        correlationId: correlationIdOf('i-7'),
        person: 'alice',
        principal: 'discord:111',
        place: { surface: 'discord', id: 'c-1' },
        args: { service: 'slam' },
        policyVersion: expect.stringMatching(/^[0-9a-f]{12}$/),
      });
    }
  });

  it('is in the record before it is in the queue', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    const id = await scene.asked('restart slam');
    scene.jobs.down = true;
    expect(await scene.decide(id)).toMatchObject({ code: 'unavailable' });
    expect(await scene.recorded()).toContain('restart: executing, allowed');
  });

  it('has its lines once, however often it is confirmed', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    const id = await scene.asked('restart slam');
    await scene.decide(id);
    await scene.decide(id);
    expect(await scene.recorded()).toHaveLength(3);
    expect(scene.jobs.ids).toHaveLength(2);
  });

  it('leaves a no, and no beginning', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    await scene.decide(await scene.asked('restart slam'), 'no');
    expect(await scene.recorded()).toEqual(['restart: asked, allowed', 'restart: decided, declined']);
  });
});

describe.for(['none', 'confirm'] as const)('a change of the danger %s', (danger) => {
  const rename = (apply: Change['apply']): Change => ({
    ...{ kind: 'change', name: 'rename', description: 'Gives another name', example: 'rename slam' },
    ...{ danger, apply },
    args: [{ name: 'service', description: 'Which', required: true }],
    permission: ({ service = '' }) => `service.restart:${service}`,
    check: async () => null,
    prompt: () => 'Rename?',
  });

  it('is in the record before it is made, and with what came of it', async ({ redis, prefix }) => {
    const before: string[] = [];
    const change = rename(async () => {
      before.push(...(await scene.recorded()));
      return { title: 'slam is slim', tone: 'ok', rows: [], data: null };
    });
    const scene = createScene(redis, prefix, { specs: [change] });
    const reply = await scene.say('rename slam');
    if (reply.kind === 'confirm') await scene.decide(reply.confirmationId);
    expect(before.at(-1)).toBe('rename: executing, allowed');
    expect((await scene.record.query({ event: 'changed' }, { limit: 1 })).lines).toMatchObject([
      { seq: 4, verdict: 'done', detail: 'slam is slim', person: 'alice' },
    ]);
  });

  it('is not made without a record', async ({ redis, prefix }) => {
    let made = false;
    const change = rename(async () => {
      made = true;
      return { title: 'done', tone: 'ok', rows: [], data: null };
    });
    const scene = createScene(redis, prefix, { specs: [change] });
    const id = danger === 'none' ? '' : await scene.asked('rename slam');
    await breakRecord(redis, prefix);
    const reply = id === '' ? await scene.say('rename slam') : await scene.decide(id);
    expect(reply).toMatchObject({ code: 'unavailable' });
    expect(made).toBe(false);
  });
});

describe('a refusal', () => {
  it('of a missing right is in the record, with who was refused what', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    await scene.say('restart slam', stranger);
    const { lines } = await scene.record.query({}, { limit: 10 });
    expect(lines).toMatchObject([
      {
        event: 'refused',
        verdict: 'denied',
        person: 'discord:999',
        principal: 'discord:999',
        command: 'restart',
        args: { service: 'slam' },
        detail: expect.stringContaining('service.restart:slam'),
      },
    ]);
  });

  it("of somebody else's word is in the record, under the action that it was about", async ({
    redis,
    prefix,
  }) => {
    const scene = createScene(redis, prefix);
    await scene.decide(await scene.asked('restart slam', alice, 'i-7'), 'yes', bob);
    const { lines } = await scene.record.query({ event: 'refused' }, { limit: 10 });
    expect(lines).toMatchObject([{ person: 'bob', correlationId: correlationIdOf('i-7') }]);
  });

  it('of a question is in the record too, and an answer is not', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    await scene.say('services', alice);
    await scene.say('services', stranger);
    expect(await scene.recorded()).toEqual(['services: refused, denied']);
  });

  it('of what never became a use is in the record once a minute', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    for (const line of ['restrat slam', 'restart', 'restart', 'approve zzz', 'deny zzz', '']) {
      expect(await scene.say(line, stranger)).toMatchObject({ kind: 'refusal' });
    }
    expect((await scene.recorded()).toSorted()).toEqual([
      'approve: refused, no-confirmation',
      'deny: refused, no-confirmation',
      'restart: refused, bad-argument',
      'unknown: refused, unknown-command',
    ]);
    const { lines } = await scene.record.query({}, { limit: 10 });
    expect(JSON.stringify(lines)).not.toContain('restrat');
    scene.clock.advance(60_000);
    await scene.say('restart', stranger);
    expect(await scene.recorded()).toHaveLength(5);
  });

  it('of an ill-shaped secret keeps nothing of what was typed', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    await scene.say('link --k7x9q2 k7x9q2 k7x9q2', alice);
    const { lines } = await scene.record.query({}, { limit: 10 });
    expect([lines.length, JSON.stringify(lines).includes('k7x9q2')]).toEqual([1, false]);
  });

  it('stands though it cannot be recorded', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    await breakRecord(redis, prefix);
    expect(await scene.say('restart slam', stranger)).toMatchObject({ code: 'denied' });
  });
});

/** A wish whose yes was taken by a process that did nothing more. */
async function approvedAtCrash({ asked, approvals, clock }: ReturnType<typeof createScene>): Promise<string> {
  const id = await asked('restart slam');
  const from = { surface: 'discord', place: 'c-1' } as const;
  const said = { from, at: clock.now(), reason: '', policyVersion: 'v' };
  const decided = { ...said, person: 'alice', identity: alice };
  await approvals.move(id, { from: 'pending', to: 'approved', decided });
  return id;
}

describe('without a record', () => {
  const refusal = {
    kind: 'refusal',
    code: 'unavailable',
    text: 'The audit record cannot be written, so nothing was done.',
  };

  it('an action is refused in a plain sentence, before anybody is asked', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    await breakRecord(redis, prefix);
    expect(await scene.say('restart slam')).toEqual(refusal);
  });

  it('nothing is left waiting for a word, and the same use asks once the record is back', async ({
    redis,
    prefix,
  }) => {
    const scene = createScene(redis, prefix);
    await breakRecord(redis, prefix);
    await scene.say('restart slam', alice, 'same');
    expect(await scene.approvals.waiting()).toEqual([]);
    await redis.del(`${prefix}:audit:lines`);
    expect(await scene.say('restart slam', alice, 'same')).toMatchObject({ kind: 'confirm' });
    expect(await scene.recorded()).toEqual(['restart: asked, allowed']);
  });

  it('a question is answered', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    await breakRecord(redis, prefix);
    expect(await scene.say('status')).toMatchObject({ kind: 'answer' });
  });

  it('what was asked before is not begun, and is when the record is back and it is confirmed again', async ({
    redis,
    prefix,
  }) => {
    const scene = createScene(redis, prefix);
    const id = await scene.asked('restart slam');
    await redis.rename(`${prefix}:audit:lines`, `${prefix}:audit:aside`);
    await breakRecord(redis, prefix);
    expect(await scene.decide(id)).toEqual(refusal);
    expect(scene.jobs.ids).toEqual([]);
    await redis.rename(`${prefix}:audit:aside`, `${prefix}:audit:lines`);
    expect(await scene.decide(id)).toMatchObject({ kind: 'accepted' });
    expect(scene.jobs.ids).toHaveLength(1);
    expect(await scene.record.verify(null)).toMatchObject({ lines: 3, broken: null });
  });

  it('what was told as not done is not done by a sweep either, and may still be declined', async ({
    redis,
    prefix,
  }) => {
    const scene = createScene(redis, prefix);
    const id = await scene.asked('restart slam');
    await redis.rename(`${prefix}:audit:lines`, `${prefix}:audit:aside`);
    await breakRecord(redis, prefix);
    await scene.decide(id);
    await redis.rename(`${prefix}:audit:aside`, `${prefix}:audit:lines`);
    scene.clock.advance(10_000);
    await scene.intake.sweep();
    expect(scene.jobs.ids).toEqual([]);
    expect(await scene.decide(id, 'no')).toMatchObject({ kind: 'dropped' });
    expect(await scene.recorded()).toEqual(['restart: asked, allowed', 'restart: decided, declined']);
  });

  it('a second yes to what a crash left approved does not hear that nothing was done, for a sweep does it', async ({
    redis,
    prefix,
  }) => {
    const scene = createScene(redis, prefix);
    const id = await approvedAtCrash(scene);
    await redis.rename(`${prefix}:audit:lines`, `${prefix}:audit:aside`);
    await breakRecord(redis, prefix);
    const text = expect.stringMatching(
      /^It is approved.* once the record can be, if that is within 10 min\.$/,
    );
    expect(await scene.decide(id)).toMatchObject({ code: 'unavailable', text });
    await redis.rename(`${prefix}:audit:aside`, `${prefix}:audit:lines`);
    scene.clock.advance(10_000);
    await scene.intake.sweep();
    expect(scene.jobs.ids).toHaveLength(1);
  });

  it('a no is taken, and its missing line is in the log', async ({ redis, prefix }) => {
    const said: string[] = [];
    const logger: Logger = {
      ...silentLogger,
      error: (_fields: unknown, text = '') => void said.push(text),
    };
    const scene = createScene(redis, prefix, { logger });
    const id = await scene.asked('restart slam');
    await breakRecord(redis, prefix);
    expect(await scene.decide(id, 'no')).toMatchObject({ kind: 'dropped' });
    expect(await scene.approvals.find(id)).toMatchObject({ state: 'declined' });
    expect(said).toContain('the line of a no is missing in the record');
  });

  it('a word whose process died before its line has it when a sweep does the rest', async ({
    redis,
    prefix,
  }) => {
    const scene = createScene(redis, prefix);
    await approvedAtCrash(scene);
    scene.clock.advance(10_000);
    await scene.intake.sweep();
    expect(await scene.recorded()).toEqual([
      'restart: asked, allowed',
      'restart: decided, approved',
      'restart: executing, allowed',
    ]);
  });
});

describe('the command audit', () => {
  const reader = { ...alice, id: '555', name: 'Rita' };

  it('is denied without audit.read', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    expect(await scene.say('audit', alice)).toMatchObject({
      code: 'denied',
      text: expect.stringContaining('audit.read'),
    });
  });

  it('shows the last lines that fit, newest first', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    await scene.decide(await scene.asked('restart slam'), 'yes');
    await scene.say('restart slam', stranger);
    scene.setPolicy(
      createPolicy({
        roles: { auditor: ['audit.read'] },
        people: { rita: { role: 'auditor', identities: ['discord:555'] } },
      }),
    );
    const all = await scene.say('audit', reader);
    expect(all.kind === 'answer' && all.answer.rows.map(({ label, value }) => `${label} ${value}`)).toEqual([
      expect.stringMatching(/^#4 discord:999 restart slam: refused, denied — Not allowed/),
      '#3 alice (discord:111) restart slam: executing, allowed — Restart slam?',
      '#2 alice (discord:111) restart slam: decided, approved',
      '#1 alice (discord:111) restart slam: asked, allowed — Restart slam?',
    ]);
    const some = await scene.say('audit event=refused', reader);
    expect(some).toMatchObject({ answer: { title: '1 line of the record' } });
    const none = await scene.say('audit nobody', reader);
    expect(none).toMatchObject({ answer: { title: 'No line of the record fits' } });
  });
});
