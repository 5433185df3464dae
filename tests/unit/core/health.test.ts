// Golden trees of the health of a whole, and the smoothing of what flaps.
import { describe, expect, it } from 'vitest';
import { aggregate, type CheckTree, Dampener, type Health } from '../../../src/core/health.ts';
import { ManualClock } from './manual-clock.ts';

const leaf = (name: string, hard: boolean, health: Health = 'healthy', detail = ''): CheckTree => ({
  name,
  hard,
  health,
  detail,
});
const group = (name: string, hard: boolean, ...checks: CheckTree[]): CheckTree => ({ name, hard, checks });

describe('the health of a tree', () => {
  it.each<[string, CheckTree, Health, readonly string[]]>([
    ['nothing at all', group('all', true), 'healthy', []],
    [
      'all well',
      group('all', true, leaf('redis', true), group('chat', false, leaf('a', true))),
      'healthy',
      [],
    ],
    [
      'a hard part that fails',
      group('all', true, leaf('redis', true, 'unhealthy', 'refused'), leaf('chat', false)),
      'unhealthy',
      ['redis: refused'],
    ],
    [
      'a soft part that fails',
      group('all', true, leaf('redis', true), leaf('chat', false, 'unhealthy', 'gone')),
      'degraded',
      ['chat: gone'],
    ],
    [
      'a hard part that is degraded',
      group('all', true, leaf('redis', true, 'degraded', 'slow')),
      'degraded',
      ['redis: slow'],
    ],
    [
      'a soft part that is degraded',
      group('all', true, leaf('chat', false, 'degraded')),
      'degraded',
      ['chat'],
    ],
    [
      'a hard leaf in a hard group',
      group('all', true, group('store', true, leaf('redis', true, 'unhealthy', 'x'))),
      'unhealthy',
      ['store/redis: x'],
    ],
    [
      'a hard leaf in a soft group',
      group('all', true, group('chat', false, leaf('discord', true, 'unhealthy', 'deaf'))),
      'degraded',
      ['chat/discord: deaf'],
    ],
    [
      'a soft leaf in a hard group',
      group('all', true, group('store', true, leaf('cache', false, 'unhealthy'))),
      'degraded',
      ['store/cache'],
    ],
    [
      'both kinds: the fatal one is named first',
      group(
        'all',
        true,
        group('chat', false, leaf('discord', true, 'unhealthy', 'deaf')),
        leaf('twitch', false, 'degraded', 'slow'),
        group('store', true, group('disk', true, leaf('aof', true, 'unhealthy', 'full'))),
      ),
      'unhealthy',
      ['store/disk/aof: full', 'chat/discord: deaf', 'twitch: slow'],
    ],
    ['a lone leaf', leaf('redis', true, 'unhealthy', 'x'), 'unhealthy', ['redis: x']],
  ])('%s', (_what, tree, health, because) => {
    expect(aggregate(tree)).toEqual({ health, because });
  });
});

describe('a dampener', () => {
  const make = () => {
    const clock = new ManualClock();
    const options = { downAfterMs: 3_000, upAfterMs: 10_000, flapsAt: 3, windowMs: 60_000 };
    const dampener = new Dampener(clock, options);
    return {
      clock,
      /** A part goes down for `downMs` and is up again. */
      flap: (hard: boolean, downMs = 0) => {
        dampener.see('p', false, hard);
        clock.advance(downMs);
        return dampener.see('p', true, hard);
      },
      see: (up: boolean, hard: boolean) => dampener.see('p', up, hard),
    };
  };

  it('takes the first sight as it is', () => {
    expect([make().see(false, false).up, make().see(true, true).up]).toEqual([false, true]);
  });

  it('takes a loss that is hard at once', () => {
    const { see } = make();
    see(true, true);
    expect(see(false, true)).toEqual({ up: false, losses: 1, flapping: false });
  });

  it('takes a loss that is soft when it lasts', () => {
    const { clock, see } = make();
    see(true, false);
    see(false, false);
    clock.advance(2_999);
    const early = see(false, false).up;
    clock.advance(1);
    expect([early, see(false, false).up]).toEqual([true, false]);
  });

  it('trusts a return at once, unless it flaps', () => {
    const { see, flap } = make();
    see(true, true);
    expect([flap(true).up, flap(true).up, flap(true)]).toEqual([
      true,
      true,
      { up: false, losses: 3, flapping: true },
    ]);
  });

  it('trusts what flapped when it has stayed', () => {
    const { clock, see, flap } = make();
    see(true, true);
    for (let i = 0; i < 3; i += 1) flap(true);
    clock.advance(9_999);
    const early = see(true, true).up;
    clock.advance(1);
    expect([early, see(true, true).up]).toEqual([false, true]);
  });

  it('begins to wait anew with every loss', () => {
    const { clock, see, flap } = make();
    see(true, true);
    for (let i = 0; i < 3; i += 1) flap(true);
    clock.advance(9_000);
    flap(true);
    clock.advance(9_000);
    expect(see(true, true).up).toBe(false);
  });

  it('forgets losses that are long ago', () => {
    const { clock, see, flap } = make();
    see(true, true);
    for (let i = 0; i < 3; i += 1) flap(true);
    clock.advance(60_000);
    expect(flap(true)).toEqual({ up: true, losses: 1, flapping: false });
  });

  it('changes three times and then no more while a part is lost once a second for a minute', () => {
    const { clock, see, flap } = make();
    const seen = [see(true, true).up];
    for (let i = 0; i < 60; i += 1) {
      seen.push(see(false, true).up, flap(true, 100).up);
      clock.advance(900);
    }
    clock.advance(10_000);
    seen.push(see(true, true).up);
    const changes = seen.filter((up, i) => i > 0 && up !== seen[i - 1]).length;
    // two losses that passed at once, and a third that lasts until the part stays
    expect(changes).toBe(2 * 3);
  });
});
