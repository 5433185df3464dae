import { describe, expect } from 'vitest';
import { createConfirmations } from '../../../src/access/index.ts';
import type { Redis } from '../../../src/core/redis.ts';
import { it } from '../../support/fixtures.ts';
import { ManualClock } from '../../unit/core/manual-clock.ts';

const wish = (invocationId = 'i-1') => ({
  invocationId,
  command: 'restart',
  args: { service: 'slam' },
  person: 'alice',
});

function open(redis: Redis, prefix: string) {
  const clock = new ManualClock();
  return { clock, store: createConfirmations({ redis, clock }, { prefix }) };
}

describe('a confirmation', () => {
  it('has an id that can be typed, and waits a minute', async ({ redis, prefix }) => {
    const { clock, store } = open(redis, prefix);
    const confirmation = await store.open(wish());
    expect(confirmation).toMatchObject({ ...wish(), state: 'pending', expiresAt: clock.now() + 60_000 });
    expect(confirmation.id).toMatch(/^\w{6}$/);
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
    await redis.set(`${prefix}:confirm:${first.id}`, JSON.stringify({ ...first, invocationId: 'i-0' }));
    expect((await store.open(wish())).id).toMatch(new RegExp(`^${first.id}\\w{4}$`));
  });

  it('survives a restart of the process', async ({ redis, prefix }) => {
    const { id } = await open(redis, prefix).store.open(wish());
    expect(await open(redis, prefix).store.find(id)).toMatchObject(wish());
  });

  it('is not found under another id', async ({ redis, prefix }) => {
    expect(await open(redis, prefix).store.find('nobody')).toBeNull();
  });

  it('is decided once, and a second decision learns what the first one was', async ({ redis, prefix }) => {
    const { store } = open(redis, prefix);
    const { id } = await store.open(wish());
    expect([await store.decide(id, 'confirmed'), await store.decide(id, 'declined')]).toEqual([
      { kind: 'decided', state: 'confirmed', first: true },
      { kind: 'decided', state: 'confirmed', first: false },
    ]);
  });

  it('can be declined', async ({ redis, prefix }) => {
    const { store } = open(redis, prefix);
    const { id } = await store.open(wish());
    await store.decide(id, 'declined');
    expect(await store.find(id)).toMatchObject({ state: 'declined' });
  });

  it('has exactly one first decision among fifty at once', async ({ redis, prefix }) => {
    const { store } = open(redis, prefix);
    const { id } = await store.open(wish());
    const verdicts = await Promise.all(
      Array.from({ length: 50 }, (_, i) => store.decide(id, i % 2 === 0 ? 'confirmed' : 'declined')),
    );
    expect(verdicts.filter((verdict) => verdict.kind === 'decided' && verdict.first)).toHaveLength(1);
    expect(new Set(verdicts.map((verdict) => verdict.kind === 'decided' && verdict.state)).size).toBe(1);
  });

  it('can be decided in its last millisecond, and not after it', async ({ redis, prefix }) => {
    const { clock, store } = open(redis, prefix);
    const [early, late] = [await store.open(wish('i-1')), await store.open(wish('i-2'))];
    clock.advance(60_000);
    const inTime = await store.decide(early.id, 'confirmed');
    clock.advance(1);
    expect([inTime.kind, (await store.decide(late.id, 'confirmed')).kind]).toEqual(['decided', 'expired']);
  });

  it('leaves the others alone when several wait side by side', async ({ redis, prefix }) => {
    const { store } = open(redis, prefix);
    const [first, second] = [await store.open(wish('i-1')), await store.open(wish('i-2'))];
    await store.decide(first.id, 'confirmed');
    expect(await store.find(second.id)).toMatchObject({ state: 'pending' });
  });

  it('keeps its arguments as they are through a decision', async ({ redis, prefix }) => {
    const { store } = open(redis, prefix);
    const { id, args } = await store.open({ ...wish(), args: {} });
    await store.decide(id, 'confirmed');
    expect((await store.find(id))?.args).toEqual(args);
  });

  it('is missing when there is none to decide', async ({ redis, prefix }) => {
    expect(await open(redis, prefix).store.decide('nobody', 'confirmed')).toEqual({ kind: 'missing' });
  });

  it('is refused when somebody altered its record', async ({ redis, prefix }) => {
    const { store } = open(redis, prefix);
    const { id } = await store.open(wish());
    await redis.set(`${prefix}:confirm:${id}`, JSON.stringify({ ...wish(), id, state: 'approved by hand' }));
    await expect(store.find(id)).rejects.toMatchObject({ name: 'ZodError' });
  });

  it('leaves Redis by itself after a day', async ({ redis, prefix }) => {
    const { store } = open(redis, prefix);
    const { id } = await store.open(wish());
    await store.decide(id, 'confirmed');
    const ttl = await redis.pttl(`${prefix}:confirm:${id}`);
    expect([ttl > 23 * 3_600_000, ttl <= 24 * 3_600_000]).toEqual([true, true]);
  });
});
