// A chain whose file breaks while it is in force: the one before it stays, and the health of the process says so.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { chainCheck } from '../../../src/app/health.ts';
import { createLiveChain } from '../../../src/app/live-chain.ts';
import type { Chain } from '../../../src/pipeline/index.ts';
import { ManualClock } from '../core/manual-clock.ts';

const sound = 'chain: [A, B]\n';

/** A chain of `A` and `B` that is in force, and its file. */
async function inForce(before = '', inboxes: Readonly<Record<string, string>> = { A: 'a', B: 'b' }) {
  const dir = await mkdtemp(join(tmpdir(), 'swarmline-chain-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const chainFile = join(dir, 'chain.yaml');
  const clock = new ManualClock(Date.UTC(2026, 10, 26, 14, 5));
  const taken: Chain[] = [];
  const agents = ['A', 'B'].map((id) => {
    const path = inboxes[id];
    return path === undefined ? { id } : { id, inbox: { kind: 'file' as const, path } };
  });
  const pipeline = { chain: (): Chain => taken.at(-1) ?? { chain: ['A', 'B'], end: 'stop', schedules: [] } };
  if (before !== '') await writeFile(chainFile, before);
  const chain = await createLiveChain({ pipeline, config: { pipeline: { chainFile, agents } }, clock });
  const rescheduled: boolean[] = [];
  const reload = () =>
    chain.reload(async ({ next, reschedules }) => {
      taken.push(next);
      rescheduled.push(reschedules);
    });
  return { dir, chain, chainFile, clock, taken, rescheduled, reload };
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

it('that leads to an agent without an inbox is refused, with the way, and the one before it stays', async () => {
  const { chainFile, taken, reload } = await inForce('', { A: 'a' });
  await writeFile(chainFile, 'chain: [B, A]\n');
  expect(await reload()).toBeNull();
  await writeFile(chainFile, sound);
  expect(await reload()).toContain('A → B: B has no inbox; give it one under pipeline.agents');
  expect(taken).toMatchObject([{ chain: ['B', 'A'] }]);
});

it('whose schedules are others wants the part that keeps them to start again, and no other', async () => {
  const { chainFile, rescheduled, reload } = await inForce();
  await writeFile(chainFile, sound);
  await reload();
  await writeFile(chainFile, `${sound}schedules: [{ name: s, cron: '0 9 * * *', to: A, text: go }]\n`);
  await reload();
  await reload();
  expect(rescheduled).toEqual([false, true, false]);
});

describe('the files of its missions', () => {
  const ending = (missions: string) => `${sound}end: next-mission\nmissions: [${missions}]\n`;

  it('are named from the start, beside the chain, so that they can be watched with it', async () => {
    const { dir, chain } = await inForce(ending('go on, { file: one.md }, { file: /other/two.md }'));
    expect(chain.files).toEqual([join(dir, 'one.md'), '/other/two.md']);
  });

  it('are taken again with what they say now', async () => {
    const { dir, taken, reload } = await inForce(ending('{ file: one.md }'));
    for (const text of ['first', 'second']) {
      await writeFile(join(dir, 'one.md'), text);
      expect(await reload()).toBeNull();
    }
    expect(taken.map(({ missions }) => missions)).toEqual([['first'], ['second']]);
  });

  it('are named also by a chain that is refused since one is not there yet', async () => {
    const { dir, chain, chainFile, reload } = await inForce(sound);
    await writeFile(chainFile, ending('{ file: new.md }'));
    expect(await reload()).toContain('new.md cannot be read');
    expect(chain.files).toEqual([join(dir, 'new.md')]);
  });

  it('stay known while the chain itself cannot be understood', async () => {
    const { dir, chain, chainFile, reload } = await inForce(ending('{ file: one.md }'));
    await writeFile(chainFile, 'chain: [');
    expect(await reload()).not.toBeNull();
    expect(chain.files).toEqual([join(dir, 'one.md')]);
  });
});
