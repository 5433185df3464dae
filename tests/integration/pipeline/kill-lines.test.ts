// kill -9 at every line between a decision and the note of what came of it, one after the other: whoever looks next does what
// is owed, and nothing comes twice. Kills at random moments, with workers, are in kill.test.ts.
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { silentLogger } from '../../../src/core/logger.ts';
import type { Pipeline } from '../../../src/pipeline/index.ts';
import { createWatchStore } from '../../../src/pipeline/stall/store.ts';
import { bundled } from '../../support/bundle.ts';
import { Child } from '../../support/child.ts';
import { eventually, it } from '../../support/fixtures.ts';
import type { Place } from '../queue/rig.ts';
import { type Deed, optionsFor } from './fixtures/lines.ts';
import { Instance } from './model/instance.ts';

/** More commands than any deed takes. */
const most = 60;

interface Scene {
  readonly place: Place;
  readonly folder: string;
  /** Files in an agent's inbox. */
  inbox(agent: string): Promise<readonly string[]>;
  say(progress: number): Promise<void>;
}

/** What two processes find that come after the one that was killed. */
type Aftermath = (scene: Scene, two: readonly Pipeline[]) => Promise<void>;

async function openScene(place: Place): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'gas-lines-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const agent of ['A', 'B']) await mkdir(join(folder, agent, 'inbox'), { recursive: true });
  return {
    ...{ place, folder },
    inbox: (agent) => readdir(join(folder, agent, 'inbox')),
    say: (progress) =>
      writeFile(join(folder, 'A', 'status.json'), JSON.stringify({ current_mission: 'Map', progress })),
  };
}

/** Whether the process was killed; false where all was done before its line. */
async function isKilled(script: string, deed: Deed, { place, folder }: Scene, line: number) {
  const args = [script, place.redisUrl, place.prefix, folder, deed, String(line)];
  const child = new Child({ program: process.execPath, args, env: { PATH: process.env['PATH'] } });
  onTestFinished(() => child.kill());
  const done = child.says(/done/).catch((thrown: unknown) => String(thrown));
  const end = await Promise.race([child.ended, done]);
  await child.kill();
  expect(end, child.stderr).toSatisfy((it) => it === 'SIGKILL' || Array.isArray(it));
  return end === 'SIGKILL';
}

async function lookAfter(deed: Deed, scene: Scene, aftermath: Aftermath): Promise<void> {
  const { redisUrl, prefix } = scene.place;
  const deps = { redisUrl, clock: systemClock, onReport: () => undefined };
  const options = optionsFor(deed, prefix, scene.folder);
  const two = await Promise.all([0, 1].map(() => Instance.open(deps, options)));
  try {
    await Promise.all(two.map((one) => one.works()));
    await aftermath(
      scene,
      two.map(({ pipeline }) => pipeline),
    );
  } finally {
    await Promise.all(two.map((one) => one.close()));
  }
}

/** Line after line, until one is behind the end; prints how many there were. */
async function killAtEachLine(deed: Deed, place: Place, progress: number, aftermath: Aftermath) {
  const script = await bundled(fileURLToPath(new URL('./fixtures/lines-process.ts', import.meta.url)));
  for (let line = 0; ; line += 1) {
    expect(line).toBeLessThan(most);
    const scene = await openScene({ ...place, prefix: `${place.prefix}:${line}` });
    await scene.say(progress);
    const isDead = await isKilled(script, deed, scene, line);
    await lookAfter(deed, scene, aftermath);
    if (isDead) continue;
    process.stdout.write(`kill -9 of a ${deed}: at ${line} lines\n`);
    expect(line).toBeGreaterThan(3);
    return;
  }
}

const sweep = (two: readonly Pipeline[]) => Promise.all(two.map(({ work }) => work.sweep()));

async function states([one]: readonly Pipeline[]) {
  return (await one?.directory.deliveries(10))?.deliveries.map(({ state }) => state);
}

it(
  'F33 gas whose process is killed at any line between its decision and its note is delivered once',
  {
    timeout: 180_000,
  },
  ({ redis, redisUrl, prefix }) =>
    killAtEachLine('gas', { redis, redisUrl, prefix }, 100, async ({ inbox }, two) => {
      await eventually(async () => {
        await sweep(two);
        return (await states(two))?.join() === 'sent,sent,sent';
      });
      await sweep(two);
      const names = (await inbox('B')).toSorted();
      expect(names.map((name) => /-(\d{3})-/.exec(name)?.[1])).toEqual(['075', '090', '100']);
      expect(await states(two)).toEqual(['sent', 'sent', 'sent']);
    }),
);

it(
  'F33 a nudge whose process is killed at any line between its decision and its note comes once',
  {
    timeout: 180_000,
  },
  ({ redis, redisUrl, prefix }) =>
    killAtEachLine('nudge', { redis, redisUrl, prefix }, 10, async ({ place, inbox, say }, two) => {
      const watches = createWatchStore({ redis, logger: silentLogger }, place);
      const look = async () => {
        await sweep(two);
        return (await watches.one('A')).value;
      };
      await eventually(async () => (await look())?.owed.length === 0 && (await inbox('A')).length > 0);
      expect(await look()).toMatchObject({ tier: 'nudge', nudges: [expect.any(Number)], owed: [] });
      await say(20);
      const again = await eventually(look, {
        accept: (seen) => seen?.percent === 20 && seen.tier === 'nudge',
      });
      // The nudge of the one that was killed has counted.
      expect(again?.unnudged).toBe('1 nudges decided within 24 h, which is all it gets');
      expect(await inbox('A')).toHaveLength(1);
      expect(await states(two)).toEqual(['sent']);
    }),
);
