// What `alerts` knows of the telling: on which ways it was told, on which it waits, and which missed it.
import { isDeepStrictEqual } from 'node:util';
import { expect, it } from 'vitest';
import type { AlertChannel } from '../../../src/core/alerts/channels/channel.ts';
import type { AlertRunner } from '../../../src/core/alerts/runner.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { eventually } from '../../support/fixtures.ts';
import { fickle, hanging, running, signal } from './alert-rig.ts';

const waysOf = (runner: AlertRunner) =>
  runner
    .active()
    .map(({ telling, ways }) => [
      telling,
      ...ways.map(
        ({ name, state, why, again }) => `${name} ${state}${why && ` (${why})`}${again ? ' again' : ''}`,
      ),
    ]);

it('says how far an alert got on each way, and forgets nothing that was told', async () => {
  const [chat, file] = [fickle('chat'), fickle('file')];
  const began = systemClock.now();
  const now = () => began + 100 * (systemClock.now() - began);
  const { runner, state } = running(
    [{ ...hanging, name: 'slow' }, Object.assign(chat, { lateForMs: 60_000 }), file],
    {
      ...{ escalateAfterMs: 20_000, escalateTimes: 1 },
    },
    now,
  );
  chat.fails = true;
  state.signals = [signal('link-down/redis')];
  await eventually(() => file.took.length === 1 && chat.tried === 1);
  await eventually(() =>
    isDeepStrictEqual(waysOf(runner), [
      ['told', 'slow sending', 'chat missed (chat is down) again', 'file told'],
    ]),
  );
  chat.fails = false;
  await eventually(() => waysOf(runner)[0]?.[2] === 'chat told');
  // The reminder is missed; the first word was not.
  chat.fails = true;
  const tried = chat.tried;
  await eventually(() => file.took.length === 2 && chat.tried === tried + 1);
  expect(waysOf(runner)).toEqual([['told', 'slow sending', 'chat told', 'file told']]);
});

it('says that what a way only hands on is told when it is there, and why when it is lost', async () => {
  const fates = new Map<string, 'under-way' | 'shown' | { readonly lost: string }>();
  const chat: AlertChannel = {
    name: 'chat',
    send: async () => undefined,
    fate: async ({ alerts }) => fates.get(alerts[0]?.source ?? '') ?? 'under-way',
  };
  const began = systemClock.now();
  const { runner, state } = running([chat], {}, () => began + 100 * (systemClock.now() - began));
  state.signals = [signal('a', { source: 'shown' }), signal('b', { source: 'lost' })];
  await eventually(() => isDeepStrictEqual(waysOf(runner), Array(2).fill(['told', 'chat kept'])));
  fates.set('shown', 'shown').set('lost', { lost: 'the chat refused it' });
  await eventually(() => waysOf(runner)[1]?.[1] !== 'chat kept');
  expect(waysOf(runner)).toEqual([
    ['told', 'chat told'],
    ['told', 'chat missed (the chat refused it)'],
  ]);
});

it('says on which way it waits, since that has used up its messages, also where it is told to be worse', async () => {
  const { runner, state } = running([fickle('file')], { burst: 1, refillMs: 3_600_000 });
  const mild = signal('a', { severity: 'warning' });
  state.signals = [mild];
  await eventually(() => isDeepStrictEqual(waysOf(runner), [['told', 'file told']]));
  expect(runner.active()[0]?.held).toEqual([]);
  state.signals = [signal('a'), signal('b')];
  await eventually(() => runner.active().every(({ held }) => held.length === 1) && runner.active()[1]);
  expect(waysOf(runner)).toEqual([['waiting'], ['waiting']]);
  const { name, until = 0 } = runner.active()[1]?.held[0] ?? {};
  expect(name).toBe('file');
  expect(until - systemClock.now()).toBeGreaterThan(3_500_000);
});

it('says that nobody was told yet, and that there is no way out', async () => {
  const { runner, state } = running([fickle('file')], { groupMs: 60_000 });
  state.signals = [signal('a')];
  await eventually(() => isDeepStrictEqual(waysOf(runner), [['waiting']]));
  const silent = running([]);
  silent.state.signals = [signal('a')];
  await eventually(() => isDeepStrictEqual(waysOf(silent.runner), [['nowhere']]));
});
