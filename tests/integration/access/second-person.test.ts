// Who counts as a second person, and by which rights, when identities and marks change while a wish waits.
import { describe, expect } from 'vitest';
import type { Identity } from '../../../src/contracts/chat.ts';
import { it } from '../../support/fixtures.ts';
import { alice, aliceTv, createRig, olga, stranger } from './rig.ts';

const dangers = { 'service.restart:*': 'two-persons' } as const;

describe('whoever asked for what takes two persons', () => {
  it('does not become a second one by unlinking an identity while it waits', async ({ redis, prefix }) => {
    const rig = createRig({ redis, prefix, dangers });
    await rig.access.enterCode(aliceTv, (await rig.access.offerCode(alice)).code);
    const asked = await rig.say('restart slam', alice);
    const id = asked.kind === 'confirm' ? asked.confirmationId : '';
    expect(await rig.done('unlink', aliceTv)).toBe(
      `\`${id}\`, which you asked for, waits for a second person, so this identity stays linked.`,
    );
    expect(await rig.policy.personOf(aliceTv)).toBe('alice');
    await rig.say(`deny ${id}`, alice);
    expect(await rig.done('unlink', aliceTv)).toBe('This identity is linked to nobody now');
  });

  it('is kept from unlinking by no record that cannot be read: nobody can say yes to it', async ({
    redis,
    prefix,
  }) => {
    const rig = createRig({ redis, prefix, dangers });
    await rig.access.enterCode(aliceTv, (await rig.access.offerCode(alice)).code);
    const asked = await rig.say('restart slam', olga);
    await redis.hset(
      `${prefix}:approval:${asked.kind === 'confirm' ? asked.confirmationId : ''}`,
      'state',
      'half',
    );
    expect(await rig.done('unlink', aliceTv)).toBe('This identity is linked to nobody now');
  });

  it('does not by an unlink that was asked for before and is confirmed since', async ({ redis, prefix }) => {
    const rig = createRig({ redis, prefix, dangers: { ...dangers, link: 'confirm' } });
    await redis.hset(`${prefix}:access:links`, 'twitch:222', 'discord:111');
    const unlink = await rig.say('unlink', aliceTv);
    await rig.say('restart slam', alice);
    await rig.confirm(unlink.kind === 'confirm' ? unlink.confirmationId : '', aliceTv);
    expect(await rig.policy.personOf(aliceTv)).toBe('alice');
  });

  it('has no role back at the approval that the platform took away since', async ({ redis, prefix }) => {
    const rig = createRig({ redis, prefix, dangers });
    const operator: Identity = { ...stranger, marks: ['role:900'] };
    const asked = await rig.say('restart slam', operator);
    const id = asked.kind === 'confirm' ? asked.confirmationId : '';
    expect(await rig.may({ ...stranger, marks: [] }, 'service.restart:slam')).toBe(false);
    expect(await rig.confirm(id, olga)).toMatchObject({ kind: 'refusal', code: 'denied' });
    expect(await rig.may(stranger, 'service.restart:slam')).toBe(false);
  });
});
