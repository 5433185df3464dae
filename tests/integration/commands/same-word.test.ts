// A second person's word that comes more than once under one id: it counts once, and is told alike each time.
import { describe, expect } from 'vitest';
import type { Address } from '../../../src/contracts/chat.ts';
import { correlationIdOf } from '../../../src/contracts/ids.ts';
import { it } from '../../support/fixtures.ts';
import { open } from './approvals-scene.ts';
import { alice, bob } from './scene.ts';

const replyTo: Address = { surface: 'http', place: 'bob' };
const accepted = { kind: 'accepted', correlationId: correlationIdOf('i-7'), toldElsewhere: true };

type Scene = ReturnType<typeof open>;
const word = ({ intake }: Scene, confirmationId: string, verdict: 'yes' | 'no', id = 'k-1') =>
  intake.decide({ id, confirmationId, verdict, identity: bob, replyTo });

describe('a word under one id', () => {
  it('is answered as the first time, also in that its reports go elsewhere', async ({ redis, prefix }) => {
    const scene = open(redis, prefix, { limits: {} });
    const id = await scene.asked('restart prod-slam', alice, 'i-7');
    const first = await word(scene, id, 'yes');
    expect(first).toMatchObject(accepted);
    expect(await word(scene, id, 'yes')).toEqual(first);
  });
});
