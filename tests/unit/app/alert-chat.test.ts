// The way of alerts into chat: what became of the report that it only hands on.
import { expect, it } from 'vitest';
import { createChatChannel } from '../../../src/app/alerts/chat-channel.ts';
import type { Notice } from '../../../src/core/alerts/alert.ts';
import { createGuards } from '../../../src/core/recovery/guards.ts';
import { createStop } from '../../../src/core/stop.ts';
import { inQueue } from '../../support/kept.ts';
import { ManualClock } from '../core/manual-clock.ts';

const hour = 3_600_000;

it.each([
  ['is there', 'done', 1, 'shown'],
  ['waits', 'open', 1, 'under-way'],
  ['was refused', 'failed', 1, { lost: 'the chat did not take it; `queue dead` has its report' }],
  ['was lost', 'missing', 1, { lost: 'its report is no longer in the queue' }],
  ['came after its time', 'done', 25 * hour, { lost: 'the chat was away for too long' }],
] as const)('says of a report that it %s', async (_what, found, afterMs, fate) => {
  const clock = new ManualClock(0);
  const added: unknown[] = [];
  const chat = createChatChannel(
    {
      jobs: {
        add: async ({ id }) => {
          added.push(id);
          return inQueue;
        },
        look: async ({ id }) => (added.includes(id) ? found : 'missing'),
      },
      guards: createGuards({ clock, random: () => 0 }),
      clock,
    },
    { to: { surface: 'discord', place: 'one' }, instance: 'test' },
  );
  const notice: Notice = {
    ...{ kind: 'firing', severity: 'warning', at: 0, alerts: [], more: { alerts: 1, sources: ['links'] } },
  };
  await chat.send(notice, createStop().signal);
  clock.advance(afterMs);
  expect(await chat.fate?.(notice)).toEqual(fate);
});
