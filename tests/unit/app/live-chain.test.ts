// A chain whose file breaks while it is in force: the one before it stays, and the health of the process says so.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { chainCheck } from '../../../src/app/health.ts';
import { createLiveChain } from '../../../src/app/live-chain.ts';
import type { Chain } from '../../../src/pipeline/index.ts';
import { ManualClock } from '../core/manual-clock.ts';

const sound = 'chain: [A, B]\n';

/** A chain of `A` and `B` that is in force, and its file. */
async function inForce() {
  const dir = await mkdtemp(join(tmpdir(), 'swarmline-chain-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const chainFile = join(dir, 'chain.yaml');
  const clock = new ManualClock(Date.UTC(2026, 10, 26, 14, 5));
  const taken: Chain[] = [];
  const rechain = (next: Chain) => {
    taken.push(next);
    return taken.at(-2) ?? next;
  };
  const agents = ['A', 'B'].map((id) => ({ id, inbox: dir }));
  const pipeline = { rechain, schedule: { name: 'schedule' } };
  const chain = createLiveChain({ pipeline, config: { pipeline: { chainFile, agents } }, clock });
  const restarted: string[] = [];
  const restart = async (name: string) => {
    restarted.push(name);
  };
  return { chain, chainFile, clock, taken, restarted, reload: () => chain.reload(restart) };
}

it.each([
  ['broken', (path: string) => writeFile(path, 'chain: [A, Nobody]\n'), 'no agent "Nobody"'],
  ['deleted', (path: string) => rm(path), 'cannot be read'],
])('that is %s is told since when and why, until it is sound again', async (_what, harm, why) => {
  const { chain, chainFile, clock, taken, reload } = await inForce();
  await writeFile(chainFile, sound);
  expect(await reload()).toBeNull();
  expect(chainCheck(chain)).toEqual({ name: 'chain', hard: false, health: 'healthy', detail: '' });
  await harm(chainFile);
  expect(await reload()).toContain(why);
  clock.advance(3_600_000);
  await reload();
  const { health, detail } = chainCheck(chain);
  expect(health).toBe('unhealthy');
  expect(detail).toMatch(
    /^the chain's file cannot be used since 2026-11-26 14:05 UTC; the chain of before is in force: .*chain\.yaml/,
  );
  expect(detail).toContain(why);
  expect(taken).toHaveLength(1);
  await writeFile(chainFile, sound);
  expect(await reload()).toBeNull();
  expect(chainCheck(chain).health).toBe('healthy');
});

it('whose schedules are others has the part that keeps them started again, and no other', async () => {
  const { chainFile, restarted, reload } = await inForce();
  await writeFile(chainFile, sound);
  await reload();
  await writeFile(chainFile, `${sound}schedules: [{ name: s, cron: '0 9 * * *', to: A, text: go }]\n`);
  await reload();
  await reload();
  expect(restarted).toEqual(['schedule']);
});
