import { describe, expect } from 'vitest';
import { refusalCodes } from '../../../src/commands/reply.ts';
import { it } from '../../support/fixtures.ts';
import { service } from '../../unit/commands/ports.ts';
import { alice, bob, createScene, stranger } from './scene.ts';

describe('every reply', () => {
  it('has no control character of foreign text in it', async ({ redis, prefix }) => {
    const evil = service('slam', { detail: '\u001b[2J\u0007gone', state: 'failed' });
    const reply = await createScene(redis, prefix, { known: { services: [evil] } }).say('services');
    const shown = JSON.stringify(reply.kind === 'answer' && { ...reply.answer, data: null });
    expect(shown).toContain('gone');
    expect(shown).not.toMatch(/\\u00/);
  });
});

describe('an action whose yes was lost on its way to the queue', () => {
  it('is enqueued when its invocation arrives again after a yes that the queue had lost', async ({
    redis,
    prefix,
  }) => {
    const scene = createScene(redis, prefix);
    const id = await scene.asked('restart slam', alice, 'same');
    scene.jobs.down = true;
    await scene.decide(id);
    scene.jobs.down = false;
    expect(await scene.say('restart slam', alice, 'same')).toMatchObject({ kind: 'accepted' });
    expect(new Set(scene.jobs.ids).size).toBe(1);
  });
});

describe('every refusal', () => {
  const cases = [
    ['empty', '  '],
    ['unknown-command', 'reboot'],
    ['bad-argument', 'restart'],
    ['id-reused', 'agents'],
    ['denied', 'status'],
    ['no-confirmation', 'approve nothing'],
    ['limited', 'agents'],
    ['decided', 'deny '],
    ['unavailable', 'services'],
  ] as const;

  it('has its case here', () => {
    expect(cases.map(([code]) => code)).toEqual(refusalCodes);
  });

  it.for(cases)('can be reached, and has a text: %s', async ([code, line], { redis, prefix }) => {
    const broken = async () => {
      throw new TypeError('a bug');
    };
    const ports =
      code === 'decided' ? {} : { services: { services: broken, service: broken, names: broken } };
    const scene = createScene(redis, prefix, { ports, limits: { burst: code === 'limited' ? 1 : 20 } });
    if (code === 'limited') await scene.say('agents');
    const who = code === 'denied' ? stranger : alice;
    if (code === 'id-reused') await scene.say('gas', alice, 'same');
    const id = code === 'decided' ? await scene.asked('restart prod-slam', bob) : '';
    if (id !== '') await scene.decide(id);
    const same = code === 'id-reused' ? 'same' : undefined;
    expect(await scene.say(`${line}${id}`, who, same)).toMatchObject({
      kind: 'refusal',
      code,
      text: expect.stringMatching(/\w{3}/),
    });
  });
});
