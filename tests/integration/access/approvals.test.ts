import { describe, expect } from 'vitest';
import { createApprovals, type Decided, isIntact } from '../../../src/access/index.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { it } from '../../support/fixtures.ts';
import { ManualClock } from '../../unit/core/manual-clock.ts';

const identity = { surface: 'discord', id: '111', name: 'Alice' } as const;
const replyTo = { surface: 'discord', place: 'c-1' } as const;
const wish = (invocationId = 'i-1', level: 'confirm' | 'two-persons' = 'confirm') => ({
  invocationId,
  command: 'restart',
  args: { service: 'slam' },
  permission: 'service.restart:slam',
  level,
  prompt: 'Restart slam?',
  requester: { person: 'alice', identity },
  place: { surface: 'discord', id: 'c-1' } as const,
  replyTo,
  policyVersion: 'v1',
});
const places = [
  { surface: 'discord', place: 'c-1' },
  { surface: 'twitch', place: 'swarm' },
] as const;
const by = (person = 'alice'): Decided => ({
  person,
  identity,
  from: replyTo,
  at: 0,
  reason: '',
  policyVersion: 'v1',
});
const yes = { from: 'pending', to: 'approved', decided: by() } as const;

function open(redis: Redis, prefix: string) {
  const clock = new ManualClock();
  return { clock, store: createApprovals({ redis, clock }, { prefix, places, expireMs: 300_000 }) };
}

describe('an approval', () => {
  it('has an id that can be typed, and may take two minutes to be seen', async ({ redis, prefix }) => {
    const { clock, store } = open(redis, prefix);
    const approval = await store.open(wish());
    expect(approval).toMatchObject({ ...wish(), state: 'pending', decided: null, shownAt: null });
    expect(approval.expiresAt).toBe(clock.now() + 120_000);
    expect(approval.id).toMatch(/^\w{6}$/);
  });

  it.for([
    ['confirm', 60_000],
    ['two-persons', 300_000],
  ] as const)('of %s waits %d ms from when it was seen first', async ([level, waits], { redis, prefix }) => {
    const { clock, store } = open(redis, prefix);
    const { id } = await store.open(wish('i-1', level));
    clock.advance(90_000);
    await store.shown(id);
    const seenAt = clock.now();
    clock.advance(1_000);
    await store.shown(id);
    expect(await store.find(id)).toMatchObject({ shownAt: seenAt, expiresAt: seenAt + waits });
  });

  it('that can be seen at once waits from the beginning, also when it is asked for again', async ({
    redis,
    prefix,
  }) => {
    const { clock, store } = open(redis, prefix);
    const askedAt = clock.now();
    await store.open(wish(), { shown: true });
    clock.advance(1_000);
    const again = await store.open(wish(), { shown: true });
    expect(again).toMatchObject({ shownAt: askedAt, expiresAt: askedAt + 60_000 });
  });

  it('that is moved as settled is looked after by nobody any more', async ({ redis, prefix }) => {
    const { clock, store } = open(redis, prefix);
    const [one, two] = [await store.open(wish('i-1')), await store.open(wish('i-2'))];
    await store.move(one.id, yes);
    await store.move(two.id, yes);
    await store.move(one.id, { from: 'approved', to: 'done', settled: true });
    await store.move(two.id, { from: 'approved', to: 'done' });
    clock.advance(600_000);
    expect(await store.due()).toEqual([two.id]);
  });

  it('that was seen only when its time was over stays over', async ({ redis, prefix }) => {
    const { clock, store } = open(redis, prefix);
    const { id } = await store.open(wish());
    clock.advance(120_001);
    await store.shown(id);
    expect([(await store.find(id))?.shownAt, await store.move(id, yes)]).toEqual([null, 'late']);
  });

  it('is shown elsewhere only where it waits for somebody else', async ({ redis, prefix }) => {
    const { store } = open(redis, prefix);
    const [own, two] = [await store.open(wish('i-1')), await store.open(wish('i-2', 'two-persons'))];
    expect([own.mirrors, two.mirrors]).toEqual([[], [places[1]]]);
  });

  it('is the same for the same invocation', async ({ redis, prefix }) => {
    const { clock, store } = open(redis, prefix);
    const first = await store.open(wish());
    clock.advance(5_000);
    expect(await store.open(wish())).toEqual(first);
  });

  it('is another for another invocation', async ({ redis, prefix }) => {
    const { store } = open(redis, prefix);
    const [first, second] = [await store.open(wish('i-1')), await store.open(wish('i-2'))];
    expect(first.id).not.toBe(second.id);
  });

  it('takes a longer id when another one has the short id', async ({ redis, prefix }) => {
    const { store } = open(redis, prefix);
    const first = await store.open(wish());
    const { state, expiresAt, shownAt, decided, ...request } = first;
    expect([state, expiresAt > 0, shownAt, decided]).toEqual(['pending', true, null, null]);
    const other = JSON.stringify({ ...request, invocationId: 'i-0' });
    await redis.hset(`${prefix}:approval:${first.id}`, 'request', other);
    expect((await store.open(wish())).id).toMatch(new RegExp(`^${first.id}\\w{4}$`));
  });

  it('survives a restart of the process', async ({ redis, prefix }) => {
    const { id } = await open(redis, prefix).store.open(wish());
    expect(await open(redis, prefix).store.find(id)).toMatchObject(wish());
  });

  it('is not found under another id, and cannot be moved there', async ({ redis, prefix }) => {
    const { store } = open(redis, prefix);
    expect([await store.find('nobody'), await store.move('nobody', yes)]).toEqual([null, 'missing']);
  });

  it('is decided once, and a second word learns what the first one was', async ({ redis, prefix }) => {
    const { store } = open(redis, prefix);
    const { id } = await store.open(wish());
    const no = { from: 'pending', to: 'declined', decided: by('bob') } as const;
    expect([await store.move(id, yes), await store.move(id, no)]).toEqual(['moved', 'approved']);
    expect(await store.find(id)).toMatchObject({ state: 'approved', decided: by('alice') });
  });

  it('has exactly one first word among fifty at once', async ({ redis, prefix }) => {
    const { store } = open(redis, prefix);
    const other = open(redis, prefix).store;
    const { id } = await store.open(wish());
    const moves = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        (i % 2 === 0 ? store : other).move(id, {
          from: 'pending',
          to: i % 3 === 0 ? 'approved' : 'declined',
          decided: by(`p${i}`),
        }),
      ),
    );
    const winner = moves.indexOf('moved');
    expect(moves.filter((move) => move === 'moved')).toHaveLength(1);
    expect((await store.find(id))?.decided?.person).toBe(`p${winner}`);
  });

  it('can be decided in its last millisecond, and not after it', async ({ redis, prefix }) => {
    const { clock, store } = open(redis, prefix);
    const [early, late] = [await store.open(wish('i-1')), await store.open(wish('i-2'))];
    await Promise.all([store.shown(early.id), store.shown(late.id)]);
    clock.advance(60_000);
    const inTime = await store.move(early.id, yes);
    clock.advance(1);
    expect([inTime, await store.move(late.id, yes)]).toEqual(['moved', 'late']);
  });

  it('expires when its time is over, and not before', async ({ redis, prefix }) => {
    const { clock, store } = open(redis, prefix);
    const { id } = await store.open(wish());
    const expire = () => store.move(id, { from: 'pending', to: 'expired' });
    clock.advance(120_000);
    const early = await expire();
    clock.advance(1);
    expect([early, await expire(), await expire()]).toEqual(['early', 'moved', 'expired']);
  });

  it('leaves the others alone when several wait side by side', async ({ redis, prefix }) => {
    const { store } = open(redis, prefix);
    const [first, second] = [await store.open(wish('i-1')), await store.open(wish('i-2'))];
    await store.move(first.id, yes);
    expect((await store.waiting()).map(({ id }) => id)).toEqual([second.id]);
  });

  it('is due once its time is over, or when a word was left without its deed', async ({ redis, prefix }) => {
    const { clock, store } = open(redis, prefix);
    const [waits, left] = [await store.open(wish('i-1')), await store.open(wish('i-2'))];
    await store.move(left.id, yes);
    const atOnce = await store.due();
    clock.advance(3_001);
    const soon = await store.due();
    clock.advance(120_000);
    const later = await store.due();
    await store.settled(left.id);
    expect([atOnce, soon, later.toSorted(), await store.due()]).toEqual([
      [],
      [left.id],
      [left.id, waits.id].toSorted(),
      [waits.id],
    ]);
  });

  it('keeps its arguments as they are through a decision', async ({ redis, prefix }) => {
    const { store } = open(redis, prefix);
    const { id, args } = await store.open({ ...wish(), args: {} });
    await store.move(id, yes);
    expect((await store.find(id))?.args).toEqual(args);
  });

  it('is no longer intact when anything of what is done was altered', async ({ redis, prefix }) => {
    const approval = await open(redis, prefix).store.open(wish());
    const altered = [
      { args: { service: 'mesh' } },
      { args: { service: 'slam', instance: 'a' } },
      { command: 'silence' },
      { level: 'confirm' as const, permission: 'ask' },
      { requester: { person: 'bob', identity } },
    ];
    expect(isIntact(approval)).toBe(true);
    expect(altered.filter((change) => isIntact({ ...approval, ...change }))).toEqual([]);
  });

  it('is refused when its state is none', async ({ redis, prefix }) => {
    const { store } = open(redis, prefix);
    const { id } = await store.open(wish());
    await redis.hset(`${prefix}:approval:${id}`, 'state', 'approved by hand');
    await expect(store.find(id)).rejects.toMatchObject({ code: 'RECORD_UNREADABLE' });
  });

  it('leaves Redis by itself after a day', async ({ redis, prefix }) => {
    const { store } = open(redis, prefix);
    const { id } = await store.open(wish());
    await store.move(id, yes);
    const ttl = await redis.pttl(`${prefix}:approval:${id}`);
    expect([ttl > 23 * 3_600_000, ttl <= 24 * 3_600_000]).toEqual([true, true]);
  });
});
