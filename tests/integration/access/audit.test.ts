// The record on a real Redis: one chain whoever writes, and every break of it named.
import { describe, expect } from 'vitest';
import { AuditLog, auditLineSchema, createAuditRecord } from '../../../src/access/index.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { closeRedis, createCommandRedis, type Redis } from '../../../src/core/redis.ts';
import { entry, forge, type Stored, storedLines } from '../../support/audit.ts';
import { it } from '../../support/fixtures.ts';

const open = (redis: Redis, prefix: string) => ({
  log: new AuditLog({ redis, clock: systemClock }, { prefix }),
  record: createAuditRecord({ redis }, { prefix }),
});

/** A record of so many lines, each of another use. */
async function written(redis: Redis, prefix: string, count: number) {
  const opened = open(redis, prefix);
  for (let i = 1; i <= count; i += 1) await opened.log.append(entry({ correlationId: `c-${i}` }));
  return opened;
}

describe('the record', () => {
  it('is sound before its first line', async ({ redis, prefix }) => {
    const { record } = open(redis, prefix);
    expect(await record.verify(null)).toMatchObject({ lines: 0, broken: null });
  });

  it('numbers its lines from 1 and binds each to the one before', async ({ redis, prefix }) => {
    const { record } = await written(redis, prefix, 3);
    const lines = (await storedLines(redis, prefix)).map(([, text]) =>
      auditLineSchema.parse(JSON.parse(text)),
    );
    expect(lines.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(new Set(lines.map(({ hash }) => hash)).size).toBe(3);
    expect(await record.verify(null)).toMatchObject({
      lines: 3,
      tail: { hash: lines[2]?.hash },
      broken: null,
    });
  });

  it('is one chain when two processes append at once', async ({ redis, redisUrl, prefix }) => {
    const other = createCommandRedis({ url: redisUrl, name: 'test:other' });
    const logs = [open(redis, prefix).log, open(other, prefix).log];
    const ids = Array.from({ length: 20 }, (_, i) => `c-${i}`);
    const appended = await Promise.all(
      // Of each instance some together and some one after another, so that both batches and conflicts happen.
      logs.flatMap((log, side) =>
        ids.map(async (id, i) => {
          if (i % 3 === 0) await log.find('none', 'ended');
          return log.append(entry({ correlationId: `${id}-${side}` }));
        }),
      ),
    );
    closeRedis(other);
    expect(appended.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 40 }, (_, i) => i + 1),
    );
    expect(await open(redis, prefix).record.verify(null)).toMatchObject({ lines: 40, broken: null });
  });

  it('stores what is asked for at one moment in one round trip, in its order', async ({ redis, prefix }) => {
    const { log } = await written(redis, prefix, 1);
    const asked: string[] = [];
    const counted = new AuditLog(
      {
        redis: new Proxy(redis, {
          get: (target, name) => {
            if (name === 'evalsha') asked.push(name);
            const member: unknown = Reflect.get(target, name);
            return typeof member === 'function' ? member.bind(target) : member;
          },
        }),
        clock: systemClock,
      },
      { prefix },
    );
    // It learns where the chain ends by its first line.
    await counted.append(entry({ correlationId: 'c-first' }));
    // Idle again: what is asked for next begins a batch of its own.
    await counted.find('none', 'ended');
    asked.length = 0;
    const lines = await Promise.all([
      counted.append(entry({ event: 'decided' })),
      counted.append(entry({ event: 'ended' })),
    ]);
    expect(asked).toHaveLength(1);
    expect(lines.map(({ seq }) => seq)).toEqual([3, 4]);
    expect(log.trouble).toBeNull();
  });

  it('has one line for one event of one use, however often it is told', async ({ redis, prefix }) => {
    const { log, record } = open(redis, prefix);
    const [first, twin] = await Promise.all([log.append(entry()), log.append(entry())]);
    const again = await open(redis, prefix).log.append(entry({ detail: 'another word' }));
    const step = await log.append(entry(), 'bob');
    expect([twin, again]).toEqual([first, first]);
    expect(step.seq).toBe(2);
    expect(await record.verify(null)).toMatchObject({ lines: 2, broken: null });
  });

  it('stores no secret', async ({ redis, prefix }) => {
    const { log } = open(redis, prefix);
    await log.append(entry({ command: 'link', args: { code: '4711-0815' }, detail: 'password=hunter2' }));
    const [[, text = ''] = []] = await storedLines(redis, prefix);
    expect(text).toContain('"args":{"code":"[secret]"}');
    expect(text).not.toMatch(/4711|hunter2/);
  });

  it('keeps the line of a use to be found', async ({ redis, prefix }) => {
    const { log } = await written(redis, prefix, 2);
    expect(await log.find('c-2', 'executing')).toMatchObject({ seq: 2, correlationId: 'c-2' });
    expect(await log.find('c-2', 'ended')).toBeNull();
  });
});

describe('a record that was begun anew', () => {
  /** Ten lines, and then none of them: the marks of all ten are left. */
  async function begunAnew(redis: Redis, prefix: string) {
    await written(redis, prefix, 10);
    await redis.del(`${prefix}:audit:lines`, `${prefix}:audit:tail`);
    return open(redis, prefix);
  }

  it('takes no line of another use for one of before', async ({ redis, prefix }) => {
    const { log, record } = await begunAnew(redis, prefix);
    await log.append(entry({ correlationId: 'c-new' }));
    expect(await log.find('c-1', 'executing')).toBeNull();
    expect(await log.append(entry({ correlationId: 'c-1' }))).toMatchObject({ seq: 2, correlationId: 'c-1' });
    expect(await log.find('c-1', 'executing')).toMatchObject({ seq: 2 });
    expect(await record.verify(null)).toMatchObject({ lines: 2, broken: null });
  });

  it('takes lines again whose old number it has not reached', async ({ redis, prefix }) => {
    const { log } = await begunAnew(redis, prefix);
    expect(await log.find('c-9', 'executing')).toBeNull();
    const ids = ['c-9', 'c-new', 'c-10'];
    const lines = await Promise.all(ids.map((correlationId) => log.append(entry({ correlationId }))));
    expect(lines.map(({ correlationId }) => correlationId)).toEqual(ids);
    expect(new Set(lines.map(({ seq }) => seq))).toEqual(new Set([1, 2, 3]));
  });
});

describe('a record that somebody wrote to', () => {
  const swap = (text: string) => text.replace('"slam"', '"slim"');
  const breaks: readonly (readonly [
    what: string,
    change: (lines: readonly Stored[]) => readonly Stored[],
    seq: number,
    why: RegExp,
  ])[] = [
    [
      'one byte of one line is another',
      (lines) => lines.map(([id, text]) => [id, id === '3-0' ? swap(text) : text]),
      3,
      /hash/,
    ],
    [
      'one byte of white space is added',
      (lines) => lines.map(([id, text]) => [id, id === '3-0' ? text.replace(',', ', ') : text]),
      3,
      /not written/,
    ],
    [
      'one byte makes a line unreadable',
      (lines) => lines.map(([id, text]) => [id, id === '4-0' ? text.slice(1) : text]),
      4,
      /cannot be read/,
    ],
    ['a line is gone', (lines) => lines.filter(([id]) => id !== '2-0'), 2, /missing; after line 1 comes 3/],
    ['the first line is gone', (lines) => lines.slice(1), 1, /missing/],
    [
      'a line is gone and the others moved up',
      (lines) => lines.slice(0, -1).map(([id], i) => [id, lines[i < 2 ? i : i + 1]?.[1] ?? '']),
      3,
      /says that it is line 4/,
    ],
    [
      'two lines have changed places',
      (lines) => lines.map(([id], i) => [id, lines[i === 1 ? 2 : i === 2 ? 1 : i]?.[1] ?? '']),
      2,
      /says that it is line 3/,
    ],
    [
      'a line is put between two',
      (lines) => lines.flatMap((line) => (line[0] === '3-0' ? [line, ['3-1', line[1]] as const] : [line])),
      4,
      /3-1 stands in its place/,
    ],
    ['the end is cut off', (lines) => lines.slice(0, 4), 5, /missing.*tail of the record is line 6/],
    ['all is gone', () => [], 1, /missing.*line 6/],
  ];

  it.for(breaks)('breaks where %s', async ([, change, seq, why], { redis, prefix }) => {
    const { record } = await written(redis, prefix, 6);
    await forge(redis, prefix, change);
    const { broken } = await record.verify(null);
    expect(broken).toEqual({ seq, why: expect.stringMatching(why) });
  });

  it('breaks where a line was forged with a hash that fits', async ({ redis, prefix }) => {
    const { record } = await written(redis, prefix, 6);
    const elsewhere = `${prefix}:forgery`;
    const { log: forger } = open(redis, elsewhere);
    for (let i = 1; i <= 3; i += 1) {
      await forger.append(entry({ correlationId: `c-${i}`, ...(i === 3 && { person: 'mallory' }) }));
    }
    const [, , forged] = await storedLines(redis, elsewhere);
    await forge(redis, prefix, (lines) => lines.map((line, i) => (i === 2 && forged ? forged : line)));
    // The forger's clock may differ, so that its own line 3 or the next is where it shows.
    expect((await record.verify(null)).broken?.seq).toBeOneOf([3, 4]);
  });

  it('breaks where the end was cut off and the tail set to fit, once it is anchored', async ({
    redis,
    prefix,
  }) => {
    const { record } = await written(redis, prefix, 6);
    const anchor = { seq: 6, hash: (await record.tail())?.hash ?? '', at: 1_700_000_000_000 };
    expect(await record.verify(anchor)).toMatchObject({ lines: 6, broken: null });
    await forge(redis, prefix, (lines) => lines.slice(0, 4));
    const [, text = ''] = (await storedLines(redis, prefix))[3] ?? [];
    await redis.set(`${prefix}:audit:tail`, `4 ${auditLineSchema.parse(JSON.parse(text)).hash}`);
    expect((await record.verify(null)).broken).toBeNull();
    expect((await record.verify(anchor)).broken).toEqual({
      seq: 5,
      why: expect.stringMatching(/line 6 was there on 2023-11-14/),
    });
    expect(await record.holds(anchor)).toBe(false);
  });

  it('breaks where all was written anew, once it is anchored', async ({ redis, prefix }) => {
    const { record } = await written(redis, prefix, 4);
    const anchor = { seq: 4, hash: (await record.tail())?.hash ?? '', at: 1_700_000_000_000 };
    await redis.del(`${prefix}:audit:lines`, `${prefix}:audit:tail`);
    const { log } = open(redis, prefix);
    for (let i = 1; i <= 5; i += 1) await log.append(entry({ correlationId: `new-${i}` }));
    expect((await record.verify(null)).broken).toBeNull();
    expect((await record.verify(anchor)).broken).toMatchObject({ seq: 4 });
  });

  it('breaks where lines stand behind the tail', async ({ redis, prefix }) => {
    const { record } = await written(redis, prefix, 2);
    const before = await redis.get(`${prefix}:audit:tail`);
    const { log } = open(redis, prefix);
    await log.append(entry({ correlationId: 'c-3' }));
    await redis.set(`${prefix}:audit:tail`, before ?? '');
    expect((await record.verify(null)).broken).toMatchObject({
      seq: 3,
      why: expect.stringMatching(/behind the tail/),
    });
  });

  it('takes no line any more when its tail is gone', async ({ redis, prefix }) => {
    const { log } = await written(redis, prefix, 2);
    await redis.del(`${prefix}:audit:tail`);
    await expect(log.append(entry({ correlationId: 'c-3' }))).rejects.toMatchObject({
      code: 'AUDIT_UNAVAILABLE',
    });
    expect(log.trouble).not.toBeNull();
  });
});

describe('a record that cannot be written', () => {
  it('refuses the line, says so, and is well again when it can', async ({ redis, prefix }) => {
    const { log } = open(redis, prefix);
    await redis.set(`${prefix}:audit:lines`, 'not a stream');
    await expect(log.append(entry())).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect(log.trouble).toMatch(/WRONGTYPE/);
    expect(await log.prove()).toBe(false);
    await redis.del(`${prefix}:audit:lines`);
    expect(await log.prove()).toBe(true);
    expect((await log.append(entry())).seq).toBe(1);
    expect(log.trouble).toBeNull();
  });

  it('proves that it takes writes without writing', async ({ redis, prefix }) => {
    const { log } = await written(redis, prefix, 2);
    expect(await log.prove()).toBe(true);
    expect(await storedLines(redis, prefix)).toHaveLength(2);
  });
});

describe('reading the record', () => {
  it('gives the newest lines that fit', async ({ redis, prefix }) => {
    const { log, record } = open(redis, prefix);
    for (let i = 1; i <= 6; i += 1) {
      await log.append(
        entry({ correlationId: `c-${i}`, person: i % 2 ? 'ann' : 'bob', args: { service: `s${i}` } }),
      );
    }
    const seqs = async (filter: Parameters<typeof record.query>[0], limit = 10) =>
      (await record.query(filter, { limit })).lines.map(({ seq }) => seq);
    expect(await seqs({ person: 'ann' })).toEqual([5, 3, 1]);
    expect(await seqs({ person: 'ann' }, 2)).toEqual([5, 3]);
    expect([await seqs({ correlationId: 'c-4' }), await seqs({ word: 's6' })]).toEqual([[4], [6]]);
    await log.append(entry({ command: 'queue discard', correlationId: 'c-7' }));
    expect(await seqs({ command: 'queue-discard' })).toEqual([7]);
    expect(await seqs({ until: 1 })).toEqual([]);
  });

  it('says how far it looked when it did not look at all', async ({ redis, prefix }) => {
    const { record } = await written(redis, prefix, 6);
    expect(await record.query({ person: 'nobody' }, { limit: 5, most: 4 })).toMatchObject({
      looked: 4,
      complete: false,
    });
    expect(await record.query({ person: 'nobody' }, { limit: 5, most: 6 })).toMatchObject({
      looked: 6,
      complete: true,
    });
  });

  it('counts what cannot be read and gives the rest', async ({ redis, prefix }) => {
    const { record } = await written(redis, prefix, 3);
    await forge(redis, prefix, (lines) => lines.map(([id, text]) => [id, id === '2-0' ? 'x' : text]));
    const page = await record.query({}, { limit: 10 });
    expect(page.unreadable).toBe(1);
    expect(page.lines.map(({ seq }) => seq)).toEqual([3, 1]);
  });

  it('gives more lines than one page holds, in their order', async ({ redis, prefix }) => {
    const { log, record } = open(redis, prefix);
    await Promise.all(
      Array.from({ length: 1_100 }, (_, i) => log.append(entry({ correlationId: `c-${i}` }))),
    );
    const ids: string[] = [];
    for await (const { id } of record.lines()) ids.push(id);
    expect(ids).toEqual(Array.from({ length: 1_100 }, (_, i) => `${i + 1}-0`));
    expect(await record.verify(null)).toMatchObject({ lines: 1_100, broken: null });
  });
});
