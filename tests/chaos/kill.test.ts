// kill -9 at random, two processes of every role: nothing is doubled, nothing stays dead, and what is told is true.
// SWARMLINE_SEED repeats a run, SWARMLINE_CHAOS_SECONDS makes it longer.
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'vitest';
import type { ProcessView } from '../../src/contracts/system.ts';
import { openScene } from '../e2e/scene.ts';
import { countingProgram, startsOf } from '../support/programs.ts';
import { makeRandom } from '../support/random.ts';
import { eventually, it, type Site } from '../support/site.ts';
import { musterFleet, type Post, Prey, runAnywhere, watchFor, zombies } from './fleet.ts';

const seed = Number(process.env['SWARMLINE_SEED'] ?? Date.now() % 1_000_000);
const seconds = Number(process.env['SWARMLINE_CHAOS_SECONDS'] ?? 120);
const ends = ['ready', 'failed', 'unknown', 'expired'];

it('loses, doubles and buries nothing', { timeout: (seconds + 180) * 1_000 }, async ({
  openSite,
  annotate,
  redis,
}) => {
  await annotate(`SWARMLINE_SEED=${seed}`);
  const random = makeRandom(seed);
  const scene = await openScene(openSite);
  const { site, discord, twitch } = scene;
  const second = site.named('map');
  const file = join(site.dir, 'starts-map');
  const prey = new Prey(await site.sidecar(second, countingProgram(file)), () => startsOf(file));
  const posts = await musterFleet(site);
  const wrong = watchFor(async () => [
    ...(discord.gateway.connected > 1 ? ['two connections to Discord'] : []),
    ...(twitch.joined('swarm').length > 1 ? ['two connections to Twitch'] : []),
    ...(await zombies(redis, site.prefix, posts)),
  ]);

  const tally = { kills: 0, programKills: 0, orders: 0, unheard: 0 };
  const until = Date.now() + seconds * 1_000;
  const restarts: Promise<void>[] = [];
  const killing = (async () => {
    while (Date.now() < until) {
      await delay(1_000 + random() * 3_000);
      const victim = posts[Math.floor(random() * posts.length)];
      if (random() < 0.15) {
        tally.programKills += await prey.kill();
      } else if (victim && !victim.away) {
        tally.kills += 1;
        restarts.push(victim.crash(random() * 2_000));
      }
    }
  })();
  const states: string[] = [];
  const ordering = (async () => {
    while (Date.now() < until) {
      tally.orders += 1;
      const result = await runAnywhere(site, posts, `restart ${scene.service}`);
      const state = String(result?.report?.state ?? result?.state ?? '');
      if (state === '') tally.unheard += 1;
      else states.push(state);
      await delay(500 + random() * 1_500);
    }
  })();
  await Promise.all([killing, ordering]);
  await Promise.all(restarts);
  process.stdout.write(
    `chaos with SWARMLINE_SEED=${seed}: ${JSON.stringify({ ...tally, states: count(states) })}\n`,
  );

  await Promise.all(posts.map((post) => post.ready(60_000)));
  await everybodyIsThere(site, posts);
  await everyPartIsReadyOrBraked(site, posts);
  await eventually(() => discord.gateway.connected === 1 && twitch.joined('swarm').length === 1);
  const last = await runAnywhere(site, posts, `restart ${scene.service}`);
  expect(await wrong.end()).toEqual([]);
  expect(JSON.stringify(last)).toContain('"ready"');
  expect(states.filter((state) => !ends.includes(state))).toEqual([]);
  expect(tally.kills).toBeGreaterThan(seconds / 8);
  // An order restarts the program once at most, whichever process took it; one that was not heard of may have, too.
  expect(await scene.starts()).toBeLessThanOrEqual(1 + tally.orders + 1);
  await eventually(async () => (await startsOf(file)) === 1 + tally.programKills);
  await Promise.all(posts.map((post) => post.stop()));
});

/** `status` shows every living process and nobody else. */
async function everybodyIsThere(site: Site, posts: readonly Post[]): Promise<void> {
  const alive = posts.map(({ pid }) => pid).toSorted((a, b) => a - b);
  const told = async (): Promise<number[]> => {
    const answer = await runAnywhere(site, posts, 'status');
    const processes: readonly { readonly pid: number }[] = answer?.answer?.data?.processes ?? [];
    return processes.map(({ pid }) => pid).toSorted((a, b) => a - b);
  };
  await eventually(told, { accept: (pids) => pids.join() === alive.join() });
}

/** Every part works or is told as given up, and every link is well. */
async function everyPartIsReadyOrBraked(site: Site, posts: readonly Post[]): Promise<void> {
  const others = async () => {
    const answer = await runAnywhere(site, posts, 'status');
    const processes: readonly ProcessView[] = answer?.answer?.data?.processes ?? [];
    const parts = processes.flatMap(({ pid, components }) => components.map((part) => ({ pid, ...part })));
    if (parts.length < posts.length) return ['too few parts'];
    const links = processes.flatMap(({ pid, links: all }) => all.map((link) => ({ pid, ...link })));
    return [
      ...parts.filter(({ state, braked }) => state !== 'ready' && !braked),
      ...links.filter(({ state }) => !['up', 'standby', 'off'].includes(state)),
    ].map(({ pid, name, state }) => `${name}@${pid} ${state}`);
  };
  await eventually(others, { accept: (left) => left.length === 0 });
}

function count(words: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    [...new Set(words)].map((word) => [word, words.filter((w) => w === word).length]),
  );
}
