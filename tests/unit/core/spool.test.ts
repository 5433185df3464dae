// The spool on a real folder: what it promises after a crash, when it is full, and with several processes.

import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Spool } from '../../../src/core/spool.ts';
import { processOwner, type SpoolOwner } from '../../../src/core/spool-names.ts';
import { SmallDisk } from '../../support/tmpfs.ts';

const bounds = { maxCount: 10_000, maxBytes: 1_000_000 };

async function openFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'swarmline-spool-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

let tick = 0;

/** A spool of a process of that name; those in `alive` still run. */
function spoolOf(
  folder: string,
  name: string,
  alive: readonly string[] = [],
  limits = bounds,
  onAside: (what: string) => void = () => undefined,
) {
  const owner: SpoolOwner = { name, isAlive: (other) => Promise.resolve(alive.includes(other)) };
  tick += 1;
  const at = tick;
  const spool = new Spool({ owner, clock: { now: () => at }, onAside }, { folder, ...limits });
  onTestFinished(() => spool.close());
  return spool;
}

async function drained(spool: Spool): Promise<string[]> {
  const texts: string[] = [];
  await spool.drain(async (text) => void texts.push(text));
  return texts;
}

describe('a spool', () => {
  it('gives texts back in their order, those of many writers at once included', async () => {
    const folder = await openFolder();
    const spool = spoolOf(folder, 'a');
    const texts = Array.from({ length: 1_200 }, (_, i) => `t${i}`);
    await Promise.all(texts.map((text) => spool.append(text)));
    expect(spool.count).toBe(1_200);
    expect(await drained(spool)).toEqual(texts);
    expect([spool.count, await readdir(folder)]).toEqual([0, []]);
  });

  it('keeps whatever was promised when its process dies, and hands over what it was about to write', async () => {
    const folder = await openFolder();
    const dying = spoolOf(folder, 'a');
    await dying.append('one');
    await dying.append('two');
    const [file = ''] = await readdir(folder);
    await appendFile(join(folder, file), 'thr');
    const next = spoolOf(folder, 'b');
    expect([await next.adopt(), next.count]).toEqual([3, 3]);
    expect(await drained(next)).toEqual(['one', 'two', 'thr']);
  });

  it('cut at any byte gives back the lines before the cut, and what is left of the one that it hit', async () => {
    const text = 'alpha\nbeta\ngamma\n';
    for (let cut = 0; cut <= text.length; cut += 1) {
      const folder = await openFolder();
      const dying = spoolOf(folder, 'a');
      for (const line of ['alpha', 'beta', 'gamma']) await dying.append(line);
      const [file = ''] = await readdir(folder);
      expect(await readFile(join(folder, file), 'utf8')).toBe(text);
      await truncate(join(folder, file), cut);
      const next = spoolOf(folder, 'b');
      await next.adopt();
      const left = text.slice(0, cut).split('\n');
      expect(await drained(next)).toEqual(left.filter((line) => line !== ''));
    }
  });

  it('keeps nothing of what a full disk refused, and goes on when there is room', async ({ skip }) => {
    const whyNot = SmallDisk.whyNot();
    if (whyNot) return skip(whyNot);
    const disk = await SmallDisk.mount(1);
    const spool = spoolOf(join(disk.path, 'spool'), 'a');
    await spool.append('one');
    await disk.fill();
    await expect(spool.append('x'.repeat(500_000))).rejects.toMatchObject({ code: 'ENOSPC' });
    await disk.clear();
    await spool.append('two');
    expect(await drained(spool)).toEqual(['one', 'two']);
  });

  it('leaves alone what a living process writes, and takes what one that has ended left', async () => {
    const folder = await openFolder();
    const living = spoolOf(folder, 'a');
    await living.append('mine');
    const next = spoolOf(folder, 'b', ['a']);
    expect(await next.adopt()).toBe(0);
    await living.close();
    expect(await next.adopt()).toBe(1);
    expect(await drained(next)).toEqual(['mine']);
  });

  it('is taken over by one of several that come at the same time', async () => {
    const folder = await openFolder();
    const dead = spoolOf(folder, 'dead');
    for (let i = 0; i < 50; i += 1) await dead.append(`t${i}`);
    const heirs = ['b', 'c', 'd'].map((name) => spoolOf(folder, name, ['b', 'c', 'd']));
    const adopted = await Promise.all(heirs.map((heir) => heir.adopt()));
    expect(adopted.toSorted((a, b) => a - b)).toEqual([0, 0, 50]);
    expect((await Promise.all(heirs.map(drained))).flat()).toHaveLength(50);
  });

  it('hands over what others left before what came here, and loses nothing that comes while it drains', async () => {
    const folder = await openFolder();
    const dead = spoolOf(folder, 'dead');
    await dead.append('old');
    const spool = spoolOf(folder, 'b');
    await spool.append('new');
    await spool.adopt();
    const texts: string[] = [];
    await spool.drain(async (text) => {
      if (texts.length === 0) await spool.append('newest');
      texts.push(text);
    });
    expect(texts).toEqual(['old', 'new', 'newest']);
  });

  it('keeps a text that was not taken and all behind it, and goes on there', async () => {
    const folder = await openFolder();
    const spool = spoolOf(folder, 'a');
    for (const text of ['one', 'two', 'three']) await spool.append(text);
    const taken: string[] = [];
    const take = async (text: string) => {
      if (taken.length === 1) throw new Error('away');
      taken.push(text);
    };
    await expect(spool.drain(take)).rejects.toThrow('away');
    expect([taken, spool.count]).toEqual([['one'], 2]);
    expect(await drained(spool)).toEqual(['two', 'three']);
  });

  it.for([
    ['texts', { maxCount: 2, maxBytes: 1_000 }],
    ['bytes', { maxCount: 1_000, maxBytes: 8 }],
  ] as const)(
    'refuses what is beyond its bound of %s, and has room again once it is drained',
    async ([_what, limits]) => {
      const spool = spoolOf(await openFolder(), 'a', [], limits);
      const kept = await Promise.all(['one', 'two', 'three'].map((text) => spool.append(text)));
      expect(kept).toEqual([true, true, false]);
      expect(await drained(spool)).toEqual(['one', 'two']);
      expect(await spool.append('four')).toBe(true);
    },
  );
});

describe('what a process of another host has left', () => {
  /** A spool of this process, as if its host had that name, so many ms from now. */
  async function spoolOn(folder: string, host: string, ahead = { ms: 0 }) {
    const clock = { now: () => Date.now() + ahead.ms };
    const spool = new Spool({ owner: await processOwner(host), clock }, { folder, ...bounds });
    onTestFinished(() => spool.close());
    return spool;
  }

  it('is taken over once it was quiet for ten minutes: a host that got a new name strands nothing', async () => {
    const folder = await openFolder();
    await (await spoolOn(folder, 'old')).append('one');
    const heir = await spoolOn(folder, 'new');
    expect(await heir.adopt()).toBe(0);
    const [file = ''] = await readdir(folder);
    const then = new Date(Date.now() - 600_001);
    await utimes(join(folder, file), then, then);
    expect(await heir.adopt()).toBe(1);
    expect(await drained(heir)).toEqual(['one']);
  });

  it('though it lives after all, loses nothing of what it writes on, and hands over the rest', async () => {
    const folder = await openFolder();
    const ahead = { ms: 0 };
    const living = await spoolOn(folder, 'old', ahead);
    await living.append('one');
    ahead.ms = 600_001;
    const heir = await spoolOn(folder, 'new', ahead);
    expect(await heir.adopt()).toBe(1);
    await living.append('two');
    expect(await living.adopt()).toBe(0);
    expect(await drained(heir)).toEqual(['one']);
    expect(await drained(living)).toEqual(['two']);
  });
});

describe('what of a spool cannot be used', () => {
  it('is laid aside byte for byte beside it where its taker says so, and all others go on', async () => {
    const folder = await openFolder();
    const spool = spoolOf(folder, 'a');
    for (const text of ['one', 'bad', 'two']) await spool.append(text);
    const taken: string[] = [];
    await spool.drain(async (text, setAside) => {
      if (text === 'bad') await setAside();
      else taken.push(text);
    });
    const [file = '', ...others] = await readdir(folder);
    expect([taken, others, file.endsWith('.jsonl.bad')]).toEqual([['one', 'two'], [], true]);
    expect(await readFile(join(folder, file), 'utf8')).toBe('bad\n');
    expect([spool.count, await spool.countAside()]).toEqual([0, 1]);
  });

  it('is known where it is no UTF-8, and keeps its bytes', async () => {
    const folder = await openFolder();
    const dying = spoolOf(folder, 'a');
    await dying.append('one');
    const [file = ''] = await readdir(folder);
    await appendFile(join(folder, file), Buffer.from([0x7b, 0xff, 0xfe, 0x0a, 0x6f, 0x6b, 0x0a]));
    const told: string[] = [];
    const next = spoolOf(folder, 'b', [], bounds, (what) => told.push(what));
    await next.adopt();
    expect([await drained(next), told.length]).toEqual([['one', 'ok'], 1]);
    const [left = ''] = await readdir(folder);
    expect(await readFile(join(folder, left))).toEqual(Buffer.from([0x7b, 0xff, 0xfe, 0x0a]));
  });

  it('is a whole file where that cannot be read; what lies in the others goes on', async () => {
    const folder = await openFolder();
    const dying = spoolOf(folder, 'a');
    await dying.append('one');
    // It is there, and not even root can read it.
    const socket = createServer().listen(join(folder, '000000000000000-00000001-b~nobody.jsonl'));
    onTestFinished(() => void socket.close());
    await once(socket, 'listening');
    const told: string[] = [];
    const next = spoolOf(folder, 'c', [], bounds, (what) => told.push(what));
    expect([await next.adopt(), await drained(next), told.length]).toEqual([1, ['one'], 1]);
    expect(await readdir(folder)).toEqual(['000000000000000-00000001-b~c.jsonl.bad']);
    expect(await next.countAside()).toBe(1);
  });

  it('is no folder: whoever made one there keeps it, and it counts as nothing', async () => {
    const folder = await openFolder();
    const names = ['000000000000000-00000001-b~nobody.jsonl', 'kept.bad'];
    for (const name of names) await mkdir(join(folder, name));
    const told: string[] = [];
    const spool = spoolOf(folder, 'c', [], bounds, (what) => told.push(what));
    expect([await spool.adopt(), await spool.countAside(), told]).toEqual([0, 0, []]);
    expect((await readdir(folder)).toSorted()).toEqual(names);
  });

  it('keeps what waits since when its file was begun', async () => {
    const folder = await openFolder();
    const spool = spoolOf(folder, 'a');
    expect(spool.oldestAt).toBeNull();
    await spool.append('one');
    expect(spool.oldestAt).toBe(tick);
  });
});
