import { describe, expect, it } from 'vitest';
import { type Delivery, deliveryOf, worstOf } from '../../../src/bots/twitch/delivery.ts';
import type { Notice, UserState } from '../../../src/bots/twitch/wire.ts';

const taken: UserState = {
  kind: 'userstate',
  channel: 'swarm',
  privileged: false,
  messageId: 'm1',
  nonce: 'n1',
};
const notice = (id: string | null): Notice => ({ kind: 'notice', channel: 'swarm', id, text: 'no' });
const accepted: Delivery = { state: 'accepted', id: 'm1' };

describe('deliveryOf', () => {
  it('takes the USERSTATE with our nonce, or with none, for the proof', () => {
    const answers = [taken, { ...taken, nonce: null }].map((event) => deliveryOf(event, 'swarm', 'n1'));
    expect(answers).toEqual([accepted, accepted]);
  });

  it('does not take the late answer to another line for the answer to this one', () => {
    expect(deliveryOf(taken, 'swarm', 'n2')).toBeNull();
  });

  it('does not take the answer from another channel', () => {
    expect(deliveryOf(taken, 'drones', 'n1')).toBeNull();
  });

  it.each([
    'msg_ratelimit',
    'msg_duplicate',
    'msg_slowmode',
    'msg_subsonly',
    'msg_emoteonly',
    'msg_followersonly',
    'msg_banned',
    'msg_timedout',
    'msg_channel_suspended',
    'msg_rejected',
    'msg_not_known_yet',
    'no_permission',
    'tos_ban',
    'unrecognized_cmd',
  ])('reads from the notice %s that nobody saw the line', (id) => {
    expect(deliveryOf(notice(id), 'swarm', 'n1')).toEqual({ state: 'dropped', reason: id });
  });

  it.each(['slow_on', 'emote_only_off', null])('reads nothing from the notice %s', (id) => {
    expect(deliveryOf(notice(id), 'swarm', 'n1')).toBeNull();
  });
});

describe('worstOf', () => {
  it('is what went wrong with any of the lines', () => {
    expect(worstOf([accepted, { state: 'dropped', reason: 'msg_banned' }, accepted])).toMatchObject({
      state: 'dropped',
    });
  });

  it('is a dropped message when there was nothing to say', () => {
    expect(worstOf([])).toMatchObject({ state: 'dropped' });
  });
});
