// What may be asked how often, counted in a real Redis for every process together.
import { describe, expect } from 'vitest';
import { type Cooldown, createLimits, type Limits } from '../../../src/access/index.ts';
import { closeRedis, createCommandRedis } from '../../../src/core/redis.ts';
import { eventually, it } from '../../support/fixtures.ts';

type Request = Parameters<Limits['admit']>[0];

const request = (given: Partial<Request> = {}): Request => ({
  principal: 'discord:111',
  rate: { burst: 3, everyMs: 60_000 },
  use: null,
  cooldowns: [],
  begins: true,
  ...given,
});
const use = (id: string, input: unknown = 'restart slam') => ({ id, input, keepMs: 60_000 });
const place: Cooldown = { scope: 'place', key: 'restart:place:c-1', ms: 60_000 };

async function ticketOf(admission: ReturnType<Limits['admit']>) {
  const admitted = await admission;
  if (admitted.kind !== 'admitted') throw new Error(`not admitted: ${JSON.stringify(admitted)}`);
  return admitted.ticket;
}

describe('the rate', () => {
  it('lets a burst through, and tells the next how long to wait', async ({ redis, prefix }) => {
    const limits = createLimits(redis, { prefix });
    const kinds = [];
    for (let i = 0; i < 3; i += 1) kinds.push((await limits.admit(request())).kind);
    const next = await limits.admit(request());
    expect([kinds, next]).toEqual([
      ['admitted', 'admitted', 'admitted'],
      { kind: 'limited', by: 'rate', retryAfterMs: expect.closeTo(60_000, -4) },
    ]);
  });

  it('is that of all processes together', async ({ redis, redisUrl, prefix }) => {
    const other = createCommandRedis({ url: redisUrl, name: 'other-process' });
    const [here, there] = [createLimits(redis, { prefix }), createLimits(other, { prefix })];
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? here : there).admit(request())),
    );
    closeRedis(other);
    expect(all.filter((one) => one.kind === 'admitted')).toHaveLength(3);
  });

  it('of one identity is not that of another', async ({ redis, prefix }) => {
    const limits = createLimits(redis, { prefix });
    for (let i = 0; i < 4; i += 1) await limits.admit(request());
    expect(await limits.admit(request({ principal: 'discord:222' }))).toMatchObject({ kind: 'admitted' });
  });

  it('is taken again after a while', async ({ redis, prefix }) => {
    const limits = createLimits(redis, { prefix });
    const quick = request({ rate: { burst: 1, everyMs: 1_000 } });
    await limits.admit(quick);
    expect((await limits.admit(quick)).kind).toBe('limited');
    await eventually(async () => (await limits.admit(quick)).kind === 'admitted');
  });
});

describe('after the time of Redis was set back', () => {
  // As what was written before: further ahead than anything that begins now could be.
  it('the rate has nobody wait for longer than for the next one', async ({ redis, prefix }) => {
    const limits = createLimits(redis, { prefix });
    const quick = request({ rate: { burst: 3, everyMs: 200 } });
    await limits.admit(quick);
    const [key = ''] = await redis.keys(`${prefix}*rate*`);
    await redis.set(key, String(Date.now() + 36_000_000));
    expect(await limits.admit(quick)).toEqual({ kind: 'limited', by: 'rate', retryAfterMs: 200 });
    await eventually(async () => (await limits.admit(quick)).kind === 'admitted');
  });

  it('a cooldown lasts no longer than one that begins now', async ({ redis, prefix }) => {
    const limits = createLimits(redis, { prefix });
    const ended = async (admission: Promise<unknown>) => [
      await admission,
      await redis.pttl((await redis.keys(`${prefix}*cooldown*`))[0] ?? ''),
    ];
    const long = { ...place, ms: 36_000_000 };
    const expected = [{ kind: 'limited', by: 'place', retryAfterMs: 60_000 }, expect.closeTo(60_000, -4)];
    await limits.begin([long], ['discord:111', 'a']);
    expect(await ended(limits.admit(request({ use: use('b'), cooldowns: [place], begins: false })))).toEqual(
      expected,
    );
    await redis.pexpire((await redis.keys(`${prefix}*cooldown*`))[0] ?? '', long.ms);
    expect(await ended(limits.begin([place], ['discord:111', 'c']))).toEqual(expected);
  });
});

describe('a use that comes again', () => {
  it('is given its first reply, and is not counted', async ({ redis, prefix }) => {
    const limits = createLimits(redis, { prefix });
    const first = request({ use: use('a'), rate: { burst: 1, everyMs: 60_000 } });
    await limits.settle(await ticketOf(limits.admit(first)), { reply: 'done', counts: true });
    expect(await limits.admit(first)).toEqual({ kind: 'repeated', reply: 'done' });
  });

  it('goes the whole way again when it was never answered', async ({ redis, prefix }) => {
    const limits = createLimits(redis, { prefix });
    const first = request({ use: use('a'), cooldowns: [place], rate: { burst: 1, everyMs: 60_000 } });
    await limits.admit(first);
    expect(await limits.admit(first)).toMatchObject({ kind: 'admitted' });
  });

  it('with another input is refused, also by another identity only under its own id', async ({
    redis,
    prefix,
  }) => {
    const limits = createLimits(redis, { prefix });
    await limits.admit(request({ use: use('a') }));
    const other = use('a', 'restart mesh');
    expect([
      (await limits.admit(request({ use: other }))).kind,
      (await limits.admit(request({ use: other, principal: 'discord:222' }))).kind,
    ]).toEqual(['conflict', 'admitted']);
  });

  it('keeps the reply of whichever of two was first', async ({ redis, prefix }) => {
    const limits = createLimits(redis, { prefix });
    const [one, two] = [
      await ticketOf(limits.admit(request({ use: use('a') }))),
      await ticketOf(limits.admit(request({ use: use('a') }))),
    ];
    const end = (reply: string) => ({ reply, counts: true });
    expect([await limits.settle(one, end('1')), await limits.settle(two, end('2'))]).toEqual(['1', '1']);
  });
});

describe('the id of a use that was refused before anything was taken', () => {
  const freed = { reply: null, counts: false, frees: true };
  const kindOf = async (admission: ReturnType<Limits['admit']>) => (await admission).kind;
  const wide = { burst: 100, everyMs: 60_000 };
  const mine = request({ use: use('a'), rate: wide });
  const other = request({ use: use('a', 'restart mesh'), rate: wide });

  it('is free for something else', async ({ redis, prefix }) => {
    const limits = createLimits(redis, { prefix });
    await limits.settle(await ticketOf(limits.admit(mine)), freed);
    expect([await kindOf(limits.admit(other)), await kindOf(limits.admit(mine))]).toEqual([
      'admitted',
      'conflict',
    ]);
  });

  it('stays taken while the same is under way elsewhere, however often the refusal is told', async ({
    redis,
    prefix,
  }) => {
    const limits = createLimits(redis, { prefix });
    const [one, two] = [await ticketOf(limits.admit(mine)), await ticketOf(limits.admit(mine))];
    for (let i = 0; i < 3; i += 1) await limits.settle(one, freed);
    expect(await kindOf(limits.admit(other))).toBe('conflict');
    await limits.settle(two, freed);
    const third = await ticketOf(limits.admit(other));
    await limits.settle(two, freed);
    expect(await kindOf(limits.admit(mine))).toBe('conflict');
    await limits.settle(third, freed);
    expect(await kindOf(limits.admit(mine))).toBe('admitted');
  });

  it.for([
    ['was answered', { reply: 'done', counts: true }],
    ['came to nobody knows what', { reply: null, counts: false }],
  ] as const)('stays taken where another of the same %s', async ([, end], { redis, prefix }) => {
    const limits = createLimits(redis, { prefix });
    const [one, two] = [await ticketOf(limits.admit(mine)), await ticketOf(limits.admit(mine))];
    await limits.settle(one, end);
    await limits.settle(two, freed);
    expect(await kindOf(limits.admit(other))).toBe('conflict');
  });
});

describe('a cooldown', () => {
  it('holds the next use back, also after a restart of the process', async ({ redis, redisUrl, prefix }) => {
    const before = createCommandRedis({ url: redisUrl, name: 'before' });
    await createLimits(before, { prefix }).admit(request({ use: use('a'), cooldowns: [place] }));
    closeRedis(before);
    const after = createLimits(redis, { prefix });
    expect(await after.admit(request({ use: use('b'), cooldowns: [place] }))).toEqual({
      kind: 'limited',
      by: 'place',
      retryAfterMs: expect.closeTo(60_000, -4),
    });
  });

  it('lets one of fifty at once through', async ({ redis, prefix }) => {
    const limits = createLimits(redis, { prefix });
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        limits.admit(request({ principal: `discord:${i}`, use: use(String(i)), cooldowns: [place] })),
      ),
    );
    expect(all.filter(({ kind }) => kind === 'admitted')).toHaveLength(1);
  });

  it('is given back by a use that came to nothing', async ({ redis, prefix }) => {
    const limits = createLimits(redis, { prefix });
    const ticket = await ticketOf(limits.admit(request({ use: use('a'), cooldowns: [place] })));
    await limits.settle(ticket, { reply: 'denied', counts: false });
    expect((await limits.admit(request({ use: use('b'), cooldowns: [place] }))).kind).toBe('admitted');
  });

  it('that is only looked at begins nothing, and is seen all the same', async ({ redis, prefix }) => {
    const limits = createLimits(redis, { prefix });
    const look = (id: string) => limits.admit(request({ use: use(id), cooldowns: [place], begins: false }));
    const before = [(await look('a')).kind, (await look('b')).kind];
    await limits.begin([place], ['discord:111', 'a']);
    expect([...before, (await look('c')).kind]).toEqual(['admitted', 'admitted', 'limited']);
  });

  it('begins for one of fifty at once, and for the same use once more', async ({ redis, prefix }) => {
    const limits = createLimits(redis, { prefix });
    const begin = (id: string) => limits.begin([place], ['discord:111', id]);
    const all = await Promise.all(Array.from({ length: 50 }, (_, i) => begin(String(i))));
    const first = all.findIndex(({ kind }) => kind === 'admitted');
    expect([
      all.filter(({ kind }) => kind === 'admitted').length,
      (await begin(String(first))).kind,
      await begin('another'),
    ]).toEqual([1, 'admitted', { kind: 'limited', by: 'place', retryAfterMs: expect.closeTo(60_000, -4) }]);
  });

  it('tells the longest wait of several', async ({ redis, prefix }) => {
    const limits = createLimits(redis, { prefix });
    const cooldowns: Cooldown[] = [place, { scope: 'global', key: 'restart:global', ms: 600_000 }];
    await limits.admit(request({ use: use('a'), cooldowns }));
    expect(await limits.admit(request({ use: use('b'), cooldowns }))).toMatchObject({ by: 'global' });
  });
});

it('asks Redis for nothing when there is neither a reply to keep nor a cooldown to give back', async ({
  redis,
  prefix,
}) => {
  const limits = createLimits(redis, { prefix });
  const ticket = await ticketOf(limits.admit(request({ use: use('a'), cooldowns: [place] })));
  const asked: string[] = [];
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, ...more) => {
    asked.push(command.name);
    return send(command, ...more);
  };
  expect(await limits.settle(ticket, { reply: null, counts: true })).toBeNull();
  expect(asked).toEqual([]);
  await limits.settle(ticket, { reply: null, counts: false });
  expect(asked).toEqual(['evalsha']);
});

it('asks Redis once for each use', async ({ redis, prefix }) => {
  const limits = createLimits(redis, { prefix });
  // From then on Redis has the script.
  await limits.admit(request({ use: use('first') }));
  const asked: string[] = [];
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, ...more) => {
    asked.push(command.name);
    return send(command, ...more);
  };
  await limits.admit(request({ use: use('a'), cooldowns: [place] }));
  expect(asked).toEqual(['evalsha']);
});
