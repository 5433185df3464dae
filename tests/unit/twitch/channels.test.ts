// Which JOIN is due.
import { expect, it } from 'vitest';
import { Channels } from '../../../src/bots/twitch/channels.ts';
import { joinLimits } from '../../../src/bots/twitch/limiter.ts';
import { ManualClock } from '../core/manual-clock.ts';

it('asks again after a while also where the clock was set back', () => {
  const clock = new ManualClock();
  const channels = new Channels(['swarm'], { joinRetryMs: 20_000, joins: joinLimits }, clock);
  const due = [channels.due()];
  clock.advance(-600_000);
  due.push(channels.due());
  clock.advance(20_000);
  due.push(channels.due());
  expect(due).toEqual([['swarm'], [], ['swarm']]);
});
