// F10: the disk of Redis is full. What happens then depends on how often it syncs, so both ways are here.
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createCommandRedis } from '../../src/core/redis.ts';
import { measured } from '../support/measured.ts';
import { OwnServer } from '../support/own-server.ts';
import { countingProgram, startsOf } from '../support/programs.ts';
import { eventually, it, type Site } from '../support/site.ts';
import { survivorsIn } from '../support/survivors.ts';
import { SmallDisk } from '../support/tmpfs.ts';

const readinessSchema = z.looseObject({ status: z.string(), because: z.array(z.string()).default([]) });
const readyz = async ({ port }: Site) => {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`);
  return { code: response.status, ...readinessSchema.parse(await response.json()) };
};
const isReady = async (site: Site) => (await readyz(site)).status === 'ready';

describe('the disk of Redis is full', () => {
  it('F10 with appendfsync everysec: orders are refused with the reason, and taken again once there is room', async ({
    openSite,
    skip,
  }) => {
    const whyNot = SmallDisk.whyNot();
    if (whyNot) return skip(whyNot);
    const disk = await SmallDisk.mount(6);
    const redis = await OwnServer.start('redis-server', disk.path);
    onTestFinished(() => redis.stop());
    const admin = createCommandRedis({ url: redis.url, name: 'test' });
    onTestFinished(() => admin.disconnect());
    await admin.config('SET', 'appendfsync', 'everysec');
    const site = await openSite({ redisUrl: redis.url });
    const service = site.named('slam');
    await site.sidecar(service, countingProgram(`${site.dir}/starts`));
    const platform = await site.up().ready();
    await eventually(() => platform.ask('services', new RegExp(`${service} +ready`), 1_000));
    await disk.fill();
    await platform.says(/^✖ redis +down: .*refuses writes: MISCONF/m);
    expect(await readyz(site)).toMatchObject({
      code: 503,
      because: expect.arrayContaining([expect.stringMatching(/^redis: down: .*MISCONF/)]),
    });
    expect((await platform.ask('status', /redis +down: .*MISCONF/)).index).toBeGreaterThanOrEqual(0);
    const refused = await site.run(`restart ${service}`, '--yes');
    expect(refused.end).not.toBe(0);
    expect(JSON.stringify([refused.json, refused.stderr])).toContain('Redis cannot write to its disk');
    expect(await startsOf(`${site.dir}/starts`)).toBe(1);
    await disk.clear();
    await measured({ what: 'F10 room again', requiredMs: 2_000 }, () => isReady(site));
    expect(await site.run(`restart ${service}`, '--yes')).toMatchObject({ end: 0 });
    expect(await startsOf(`${site.dir}/starts`)).toBe(2);
  });

  it('F10 with appendfsync always, as our own has it: Redis ends, is started again, and all is as it was', async ({
    openSite,
    skip,
  }) => {
    const whyNot = SmallDisk.whyNot();
    if (whyNot) return skip(whyNot);
    const disk = await SmallDisk.mount(6);
    const site = await openSite({ redisUrl: null });
    await mkdir(site.home, { recursive: true });
    await symlink(disk.path, join(site.home, 'redis-server'));
    const service = site.named('slam');
    await site.sidecar(service, countingProgram(`${site.dir}/starts`));
    const platform = await site.up().ready();
    await eventually(() => platform.ask('services', new RegExp(`${service} +ready`), 1_000));
    const pid = await redisOf(site);
    await disk.fill();
    await platform.says(/^✖ redis +down/m);
    await eventually(() => isAlive(pid), { accept: (alive) => !alive });
    expect((await readyz(site)).code).toBe(503);
    // longer than its first tries to come up again
    await delay(3_000);
    expect((await site.run(`restart ${service}`, '--yes')).end).not.toBe(0);
    const after = platform.output().length;
    await disk.clear();
    await measured({ what: 'F10 room again, Redis started again' }, () => isReady(site));
    expect(await redisOf(site)).not.toBe(pid);
    expect(platform.output().slice(after)).toMatch(/^✔ redis +up/m);
    expect(await site.run(`restart ${service}`, '--yes')).toMatchObject({ end: 0 });
    expect(await startsOf(`${site.dir}/starts`)).toBe(2);
    await platform.stop();
    // Of the tries on the full disk none was forgotten.
    expect(await survivorsIn(disk.path, 2_000)).toEqual([]);
  });
});

async function redisOf(site: Site): Promise<number> {
  return Number(JSON.parse(await readFile(join(site.home, 'redis-server/server.pid.json'), 'utf8')).pid);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
