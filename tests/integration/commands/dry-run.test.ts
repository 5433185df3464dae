// A dry run of every action and change: says what would be done, and does nothing of it.
import { describe, expect } from 'vitest';
import { catalogue } from '../../../src/commands/index.ts';
import type { Change } from '../../../src/commands/spec.ts';
import { it } from '../../support/fixtures.ts';
import { service } from '../../unit/commands/ports.ts';
import { alice, createScene, stranger } from './scene.ts';

describe('a dry run', () => {
  it('says who may, what would be done and what stands in between', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { known: { services: [service('slam')] } });
    const reply = await scene.say('restart slam --dry-run');
    expect(reply).toMatchObject({
      kind: 'answer',
      answer: {
        title: 'Dry run of restart: nothing was done',
        rows: [
          {
            label: 'who',
            value: expect.stringMatching(/^Alice may: .*`operator` allows `service.restart:\*`/),
          },
          { label: 'what', value: 'Restart slam?' },
          { label: 'before it', value: 'your own yes' },
        ],
        data: { dryRun: true, command: 'restart', danger: 'confirm', permission: 'service.restart:slam' },
      },
    });
  });

  it.for([
    ['prod-web', 'two-persons', 'the yes of a second person'],
    ['named-web', 'type-name', 'its name, typed again by you'],
  ] as const)('of %s names what the policy wants: %s', async ([name, danger, text], { redis, prefix }) => {
    const scene = createScene(redis, prefix, { known: { services: [service(name)] } });
    expect(await scene.say(`restart ${name} --dry-run`)).toMatchObject({
      answer: { rows: [{}, {}, { value: text }], data: { danger } },
    });
  });

  it('may be asked for by name, too', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix);
    const reply = await scene.intake.handle({
      id: 'by-name',
      identity: alice,
      replyTo: { surface: 'discord', place: 'c-1' },
      dryRun: true,
      input: { kind: 'parsed', command: 'restart', args: { service: 'slam' } },
    });
    expect(reply).toMatchObject({ kind: 'answer' });
  });

  it('leaves nothing behind but its place in the rate', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { limits: { personCooldownMs: 60_000 } });
    await scene.say('restart slam --dry-run');
    expect([await redis.keys(`${prefix}*`), scene.jobs.ids]).toEqual([
      [`${prefix}:limit:rate:discord:111`],
      [],
    ]);
  });

  it('does not stand in the way of what it was the rehearsal of', async ({ redis, prefix }) => {
    const scene = createScene(redis, prefix, { limits: { personCooldownMs: 60_000 } });
    await scene.say('restart slam --dry-run', alice, 'same');
    expect(await scene.say('restart slam', alice, 'same')).toMatchObject({ kind: 'confirm' });
  });

  it('is refused to who may not do it', async ({ redis, prefix }) => {
    expect(await createScene(redis, prefix).say('restart slam --dry-run', stranger)).toMatchObject({
      code: 'denied',
    });
  });

  it('is refused for arguments that would be', async ({ redis, prefix }) => {
    expect(await createScene(redis, prefix).say('restart SLAM! --dry-run')).toMatchObject({
      code: 'bad-argument',
    });
  });

  it('of a change applies nothing', async ({ redis, prefix }) => {
    const applied: string[] = [];
    const change: Change = {
      kind: 'change',
      name: 'grant',
      description: 'Gives a right',
      args: [],
      example: 'grant',
      permission: () => 'service.restart:grant',
      check: () => Promise.resolve(null),
      prompt: () => 'Give it?',
      apply: (call) => {
        applied.push(call.correlationId);
        return Promise.resolve({ title: 'Given', tone: 'ok', rows: [], data: {} });
      },
    };
    const scene = createScene(redis, prefix, { specs: [change] });
    const reply = await scene.say('grant --dry-run');
    expect([reply, applied]).toMatchObject([
      { answer: { rows: [{}, { value: 'Give it?' }, { value: 'nothing: it is done at once' }] } },
      [],
    ]);
  });

  it.for(catalogue.filter(({ kind }) => kind !== 'question').map(({ name, example }) => [name, example]))(
    'of %s publishes nothing',
    async ([, example = ''], { redis, prefix }) => {
      const scene = createScene(redis, prefix, {});
      await scene.say(`${example} --dry-run`);
      // A refusal of it is recorded, as of anything else.
      const left = (await redis.keys(`${prefix}*`)).filter((key) => !key.includes(':audit:'));
      expect([scene.jobs.ids, left]).toEqual([[], []]);
    },
  );
});
