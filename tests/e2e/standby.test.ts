// Two processes with the same token: one has the connection, the other stands by and takes over.
import { describe, expect } from 'vitest';
import type { Redis } from '../../src/core/redis.ts';
import { measured } from '../support/measured.ts';
import { eventually, it, type Site } from '../support/site.ts';
import { openScene, restartFromDiscord, type Scene } from './scene.ts';

/** One process with the bots that leads, one that stands by, and one for everything else. */
async function openPair(openSite: Parameters<typeof openScene>[0]) {
  const scene = await openScene(openSite);
  const { site } = scene;
  const rest = site.up('--only', 'api', 'workers', 'pipeline', 'console');
  const leader = site.up('--only', 'bots');
  await leader.says(/discord +up/);
  await leader.says(/twitch +up/);
  const second = site.up('--only', 'bots');
  await second.says(new RegExp(`discord +standby: held by .+:${leader.pid}`));
  await second.says(new RegExp(`twitch +standby: held by .+:${leader.pid}`));
  await Promise.all([rest.ready(), leader.ready(), second.ready()]);
  return { scene, leader, second };
}

const isConnectedOnce = ({ discord, twitch }: Scene) =>
  discord.gateway.connected === 1 && twitch.joined('swarm').length === 1;

describe('the second of two processes with the same tokens', () => {
  it('stands by, and is well', async ({ openSite }) => {
    const { scene, second } = await openPair(openSite);
    expect(isConnectedOnce(scene)).toBe(true);
    await eventually(() => linksOf(scene.site, second.pid), {
      accept: ({ discord, twitch, workers }) =>
        discord === 'standby' && twitch === 'standby' && workers === 'up',
    });
  });

  it('takes over within the lease after the first was killed, and finishes what people asked for', async ({
    openSite,
  }) => {
    const { scene, leader, second } = await openPair(openSite);
    const after = second.output().length;
    await leader.kill();
    // The lease is 5 s; the rest is the login.
    await measured({ what: 'the bots are up again after a kill', requiredMs: 12_000 }, () =>
      [/discord +up/, /twitch +up/].every((up) => up.test(second.output().slice(after))),
    );
    await eventually(() => isConnectedOnce(scene));
    await restartFromDiscord(scene);
  });

  it('takes over from one that was stopped by SIGSTOP, which hangs up when it wakes', async ({
    openSite,
  }) => {
    const { scene, leader, second } = await openPair(openSite);
    const [before, after] = [leader.output().length, second.output().length];
    leader.signal('SIGSTOP');
    await second.says(/discord +up/, { after });
    leader.signal('SIGCONT');
    await leader.says(new RegExp(`discord +standby: held by .+:${second.pid}`), { after: before });
    await leader.says(new RegExp(`twitch +standby: held by .+:${second.pid}`), { after: before });
    await eventually(() => isConnectedOnce(scene));
    await restartFromDiscord(scene);
  });

  it('takes over at once after the first was stopped in order', async ({ openSite, redis }) => {
    const { scene, leader, second } = await openPair(openSite);
    const after = second.output().length;
    expect(await holdersOf(redis, scene.site)).toEqual([leader.pid, leader.pid]);
    await leader.stop();
    // Its leases were given back: nobody waits until they run out.
    expect(await holdersOf(redis, scene.site)).not.toContain(leader.pid);
    await second.says(/discord +up/, { after });
    // Twitch is taken over by itself, a moment before or after.
    await eventually(() => isConnectedOnce(scene));
  });
});

/** Which processes hold the connections to chat, by the leases. */
async function holdersOf(redis: Redis, { prefix }: Site): Promise<readonly number[]> {
  const keys = await redis.keys(`${prefix}:leader:*`);
  const leases = keys.filter((key) => !key.endsWith(':fence'));
  const holders = await Promise.all(leases.map((key) => redis.hget(key, 'holder')));
  return holders.flatMap((holder) => (holder === null ? [] : [JSON.parse(holder).pid]));
}

async function linksOf(site: Site, pid: number): Promise<Record<string, string>> {
  const { json } = await site.run('status');
  const processes: readonly { pid: number; links: { name: string; state: string }[] }[] =
    json.answer.data.processes;
  const found = processes.find((process) => process.pid === pid);
  return Object.fromEntries(found?.links.map(({ name, state }) => [name, state]) ?? []);
}
