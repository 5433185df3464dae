// The ends of actions, and the watch over the record, on a real Redis and a real disk.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { AuditLog, createAuditRecord } from '../../../src/access/index.ts';
import { AuditEnds } from '../../../src/app/audit-ends.ts';
import { AuditWatch } from '../../../src/app/audit-watch.ts';
import { anchorFileOf, takeOverAnchor } from '../../../src/app/wiring/audit.ts';
import type { JobOrder } from '../../../src/contracts/jobs.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import { closeRedis, createCommandRedis, type Redis } from '../../../src/core/redis.ts';
import { entry, forge } from '../../support/audit.ts';
import { it } from '../../support/fixtures.ts';
import { inQueue } from '../../support/kept.ts';
import { ManualClock } from '../../unit/core/manual-clock.ts';

const report = (correlationId: string, final: boolean, state: 'ready' | 'failed' | 'sent' = 'ready') =>
  ({
    name: 'chat.report',
    id: `report-${correlationId}`,
    correlationId,
    causationId: null,
    principal: 'discord:111',
    body: {
      to: { surface: 'discord', place: 'c-1' },
      about: correlationId,
      kind: 'restart',
      subject: 'slam',
      seq: 5,
      final,
      text: `slam is ${state}`,
      steps: [{ state, at: 1, detail: '' }],
    },
  }) as const satisfies JobOrder<'chat.report'>;

async function open(redis: Redis, prefix: string, file?: string) {
  const dir = await mkdtemp(join(tmpdir(), 'swarmline-audit-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const anchorFile = file ?? join(dir, 'audit-anchor.json');
  const clock = new ManualClock();
  const log = new AuditLog({ redis, clock }, { prefix });
  const record = createAuditRecord({ redis }, { prefix });
  const ends = new AuditEnds({ log, logger: silentLogger });
  const told: string[] = [];
  const sink = ends.over({
    add: async ({ id }) => {
      told.push(id);
      return inQueue;
    },
  });
  const watch = new AuditWatch({ log, record, ends, clock }, { anchorFile, prefix });
  const ended = async () => (await record.query({ event: 'ended' }, { limit: 10 })).lines;
  return { log, record, ends, sink, told, watch, ended, anchorFile };
}

describe('the end of an action', () => {
  it('is recorded when it is told for the last time, with what was begun', async ({ redis, prefix }) => {
    const { log, sink, ended } = await open(redis, prefix);
    await log.append(entry({ approvers: ['bob'] }));
    await sink.add(report('c-1', false));
    expect(await ended()).toEqual([]);
    await sink.add(report('c-1', true));
    await sink.add(report('c-1', true));
    expect(await ended()).toMatchObject([
      {
        seq: 2,
        correlationId: 'c-1',
        person: 'alice',
        command: 'restart',
        args: { service: 'slam' },
        verdict: 'ready',
        detail: 'slam is ready',
        approvers: ['bob'],
      },
    ]);
  });

  it('is recorded again when what had failed is done after all', async ({ redis, prefix }) => {
    const { log, sink, ended, record } = await open(redis, prefix);
    await log.append(entry());
    await sink.add(report('c-1', true, 'failed'));
    await sink.add(report('c-1', true, 'ready'));
    expect((await ended()).map(({ verdict }) => verdict)).toEqual(['ready', 'failed']);
    expect((await record.verify(null)).broken).toBeNull();
  });

  it('is not that a second person approved it', async ({ redis, prefix }) => {
    const { log, sink, told, ended } = await open(redis, prefix);
    await log.append(entry({ approvers: ['bob'] }));
    const { body, ...order } = report('c-1', true);
    await sink.add({ ...order, body: { ...body, kind: 'approval', steps: [] } });
    expect(told).toHaveLength(1);
    expect(await ended()).toEqual([]);
  });

  it('is not recorded of what no person asked for', async ({ redis, prefix }) => {
    const { sink, told, ended } = await open(redis, prefix);
    await sink.add(report('c-gas', true));
    expect(told).toEqual(['report-c-gas']);
    expect(await ended()).toEqual([]);
  });

  it('is told though it cannot be recorded, and recorded when it can', async ({ redis, prefix }) => {
    const { log, sink, told, ends, ended, watch } = await open(redis, prefix);
    await log.append(entry());
    const key = `${prefix}:audit:lines`;
    await redis.rename(key, `${key}:aside`);
    await redis.set(key, 'not a stream');
    await sink.add(report('c-1', true));
    expect(told).toHaveLength(1);
    expect(ends.waiting).toBe(1);
    await redis.rename(`${key}:aside`, key);
    await watch.look();
    expect(ends.waiting).toBe(0);
    expect(await ended()).toHaveLength(1);
  });
});

describe('the watch', () => {
  it('says that the record cannot be written, and that it can again', async ({ redis, prefix }) => {
    const { watch } = await open(redis, prefix);
    await watch.look();
    expect(watch.check()).toEqual({ name: 'audit', hard: false, health: 'healthy', detail: '' });
    await redis.set(`${prefix}:audit:lines`, 'not a stream');
    await watch.look();
    expect(watch.check()).toMatchObject({
      health: 'unhealthy',
      detail: expect.stringMatching(/cannot be written: WRONGTYPE/),
    });
    await redis.del(`${prefix}:audit:lines`);
    await watch.look();
    expect(watch.check().health).toBe('healthy');
  });

  it('blames Redis for nothing that the link of Redis tells', async ({ redis, prefix }) => {
    const { watch } = await open(redis, prefix);
    redis.disconnect(false);
    await watch.look();
    expect(watch.check().health).toBe('healthy');
  });

  it('blames Redis for nothing either when it goes away between two looks', async ({
    redis,
    redisUrl,
    prefix,
  }) => {
    const { log, record, ends, anchorFile } = await open(redis, prefix);
    await log.append(entry());
    const gone = createCommandRedis({ url: redisUrl, name: 'test:gone' });
    closeRedis(gone);
    const { tail } = createAuditRecord({ redis: gone }, { prefix });
    const watch = new AuditWatch(
      { log, record: { ...record, tail }, ends, clock: new ManualClock() },
      { anchorFile, prefix },
    );
    await watch.look();
    expect(watch.check().health).toBe('healthy');
  });

  it('moves the anchor on with the record', async ({ redis, prefix }) => {
    const { log, watch, anchorFile } = await open(redis, prefix);
    await watch.look();
    await expect(readFile(anchorFile)).rejects.toMatchObject({ code: 'ENOENT' });
    for (const id of ['c-1', 'c-2']) {
      const { seq, hash } = await log.append(entry({ correlationId: id }));
      await watch.look();
      expect(JSON.parse(await readFile(anchorFile, 'utf8'))).toMatchObject({ seq, hash });
    }
  });

  it('leaves an anchor that contradicts the record, and says so', async ({ redis, prefix }) => {
    const { log, watch, anchorFile } = await open(redis, prefix);
    for (const id of ['c-1', 'c-2', 'c-3']) await log.append(entry({ correlationId: id }));
    await watch.look();
    const before = await readFile(anchorFile, 'utf8');
    await forge(redis, prefix, (lines) => lines.slice(0, 2));
    await watch.look();
    expect(watch.check()).toMatchObject({
      health: 'unhealthy',
      detail: expect.stringMatching(/line 3 .* gone or another/),
    });
    expect(await readFile(anchorFile, 'utf8')).toBe(before);
  });

  describe('in a home where the demo world was played before', () => {
    const ownOf = (home: string, prefix: string) => anchorFileOf({ home, redis: { prefix } });

    it('objects to the record of neither', async ({ redis, prefix }) => {
      const [own, demo] = [prefix, prefix.replace('}', '-demo}')];
      const { anchorFile: beside } = await open(redis, own);
      for (const one of [demo, own]) {
        const { log, watch } = await open(redis, one, ownOf(dirname(beside), one));
        await log.append(entry({ correlationId: one }));
        await watch.look();
        expect(watch.check()).toMatchObject({ health: 'healthy' });
      }
    });

    it('takes over an anchor of before that names no record, and holds its own record to it', async ({
      redis,
      prefix,
    }) => {
      const { log, watch, anchorFile: old } = await open(redis, prefix);
      for (const id of ['c-1', 'c-2']) await log.append(entry({ correlationId: id }));
      await watch.look();
      const config = { home: dirname(old), redis: { prefix } };
      const before = await readFile(old, 'utf8');
      // What the demo world finds there is not its own.
      await takeOverAnchor({ config, demo: true });
      expect(await readFile(old, 'utf8')).toBe(before);
      await takeOverAnchor({ config, demo: false });
      await takeOverAnchor({ config, demo: false });
      await expect(readFile(old)).rejects.toMatchObject({ code: 'ENOENT' });
      const { watch: next } = await open(redis, prefix, anchorFileOf(config));
      await next.look();
      expect(next.check()).toMatchObject({ health: 'healthy' });
      await forge(redis, prefix, (lines) => lines.slice(0, 1));
      await next.look();
      expect(next.check()).toMatchObject({ detail: expect.stringMatching(/line 2 .* gone or another/) });
      expect(await readFile(anchorFileOf(config), 'utf8')).toBe(before);
    });

    it('says of an anchor that names no record that it may be that of another, and names its own', async ({
      redis,
      prefix,
    }) => {
      const { log, watch, anchorFile } = await open(redis, prefix);
      await log.append(entry({ correlationId: 'c-1' }));
      const foreign = JSON.stringify({ seq: 7, hash: 'a'.repeat(64), at: 1 });
      await writeFile(anchorFile, foreign);
      await watch.look();
      expect(watch.check().detail).toContain(`or ${anchorFile} is that of another record`);
      expect(await readFile(anchorFile, 'utf8')).toBe(foreign);
      await rm(anchorFile);
      await watch.look();
      expect(JSON.parse(await readFile(anchorFile, 'utf8'))).toMatchObject({ seq: 1, record: prefix });
      await forge(redis, prefix, (lines) => lines.slice(0, 0));
      await watch.look();
      expect(watch.check().detail).toMatch(/^line 1 of the record is gone or another; run/);
    });

    it('keeps the anchor that it has beside one of before', async ({ redis, prefix }) => {
      const { anchorFile: old } = await open(redis, prefix);
      const config = { home: dirname(old), redis: { prefix } };
      await writeFile(old, 'old');
      await writeFile(anchorFileOf(config), 'own');
      await takeOverAnchor({ config, demo: false });
      expect(await readFile(anchorFileOf(config), 'utf8')).toBe('own');
    });
  });

  const hash = 'a'.repeat(64);
  it.for(['{"seq":0}', `{"seq":1,"hash":"${hash}","at":1e20}`, `{"seq":1,"hash":"${hash}","at":0.5}`])(
    'says of a file that is no anchor that it is none: %s',
    async (text, { redis, prefix }) => {
      const { watch, anchorFile } = await open(redis, prefix);
      await writeFile(anchorFile, text);
      await watch.look();
      expect(watch.check()).toMatchObject({ detail: expect.stringMatching(/is no anchor/) });
    },
  );
});
