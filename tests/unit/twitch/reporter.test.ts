import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../../src/bots/twitch/delivery.ts';
import { makeReporter } from '../../../src/bots/twitch/reporter.ts';
import type { ActionState, Report } from '../../../src/contracts/chat.ts';

const accepted: Delivery = { state: 'accepted', id: 'm1' };

function report(seq: number, states: readonly ActionState[], final = false): Report {
  const steps = states.map((state) => ({ state, at: 0, detail: '' }));
  const to = { surface: 'twitch', place: 'swarm', user: 'ann' } as const;
  return { to, about: 'restart-1', kind: 'restart', subject: 'slam', seq, final, text: 'the truth', steps };
}

function world(deliveries: Delivery[] = []) {
  const said: string[] = [];
  const shown = new Map<string, { message: string; seq: number }>();
  const tell = makeReporter({
    memory: {
      recall: async (about) => shown.get(about) ?? null,
      remember: async (about, _place, what) => void shown.set(about, what),
    },
    canSay: () => true,
    say: async (_channel, user, text) => {
      const delivery = deliveries.shift() ?? accepted;
      if (delivery.state === 'accepted') said.push(`@${user} ${text}`);
      return delivery;
    },
  });
  return { said, shown, tell };
}

describe('the Twitch reporter', () => {
  it('says the acknowledgement and the end, and nothing between', async () => {
    const { said, tell } = world();
    await tell(report(0, ['queued']));
    await tell(report(1, ['queued', 'accepted']));
    await tell(report(2, ['queued', 'accepted', 'stopping']));
    await tell(report(3, ['queued', 'accepted', 'stopping', 'ready'], true));
    expect(said).toEqual([
      '@ann restart slam: accepted — the truth [restart]',
      '@ann restart slam: ready — the truth [restart]',
    ]);
  });

  it('names the kind before the subject', async () => {
    const { said, tell } = world();
    await tell({ ...report(3, ['working'], true), kind: 'gas', subject: 'A → B' });
    expect(said).toEqual(['@ann gas A → B: working — the truth [restart]']);
  });

  it('says a report once when it is delivered twice at the same moment', async () => {
    const { said, tell } = world();
    await Promise.all([tell(report(3, ['ready'], true)), tell(report(3, ['ready'], true))]);
    expect(said).toHaveLength(1);
  });

  it('says no acknowledgement after the end', async () => {
    const { said, tell } = world();
    await tell(report(3, ['accepted', 'ready'], true));
    await tell(report(1, ['accepted']));
    expect(said).toEqual(['@ann restart slam: ready — the truth [restart]']);
  });

  it.each<readonly [Delivery, string]>([
    [{ state: 'dropped', reason: 'msg_ratelimit' }, 'CHAT_RATE_LIMITED'],
    [{ state: 'dropped', reason: 'msg_of_tomorrow' }, 'CHAT_UNAVAILABLE'],
    [{ state: 'unknown', reason: 'connection lost' }, 'CHAT_UNAVAILABLE'],
  ])('asks for another try after %j, and then says it', async (failure, code) => {
    const { said, tell } = world([failure]);
    await expect(tell(report(3, ['ready'], true))).rejects.toMatchObject({ code, retryable: true });
    await tell(report(3, ['ready'], true));
    expect(said).toEqual(['@ann restart slam: ready — the truth [restart]']);
  });

  it('does not ask for another try where the bot is banned', async () => {
    const { tell } = world([{ state: 'dropped', reason: 'msg_banned' }]);
    await expect(tell(report(3, ['ready'], true))).rejects.toMatchObject({
      code: 'CHAT_AUTH',
      retryable: false,
    });
  });

  it('counts a line as said when Twitch gave no answer in time', async () => {
    const { shown, tell } = world([{ state: 'unknown', reason: 'no answer' }]);
    await tell(report(3, ['ready'], true));
    expect(shown.get('restart-1')).toEqual({ message: 'unknown', seq: 3 });
  });
});
