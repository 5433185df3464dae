import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/core/clock.ts';
import { createRounds, makeOneAtATime } from '../../../src/pipeline/rounds.ts';

describe('one at a time', () => {
  it('never runs twice at once, and runs again for a call that came while it ran', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const gates: (() => void)[] = [];
    const work = makeOneAtATime(async () => {
      running += 1;
      runs += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => gates.push(resolve));
      running -= 1;
    });
    const first = work();
    await Promise.resolve();
    const later = [work(), work(), work()];
    gates.shift()?.();
    await first;
    await Promise.resolve();
    gates.shift()?.();
    await Promise.all(later);
    expect({ most, runs }).toEqual({ most: 1, runs: 2 });
  });

  it('runs again after a failure', async () => {
    let runs = 0;
    const work = makeOneAtATime(async () => {
      runs += 1;
      if (runs === 1) throw new RangeError('once');
    });
    await expect(work()).rejects.toThrow('once');
    await work();
    expect(runs).toBe(2);
  });
});

describe('the round of a status file', () => {
  const minute = 60_000;

  /** One agent with a file that was written long ago by the clock of the rounds. */
  async function watched() {
    const folder = await mkdtemp(join(tmpdir(), 'rounds-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const statusFile = join(folder, 'status.json');
    const clock = { ...systemClock, aheadMs: minute, now: () => Date.now() + clock.aheadMs };
    const seen: string[] = [];
    let fault: Error | null = null;
    let counts = true;
    const intake = {
      observe: async (_agent: string, raw: string | null) => {
        seen.push(raw ?? 'absent');
        if (fault) throw fault;
        return counts;
      },
      unreadable: async () => true,
      acknowledge: async () => undefined,
    };
    const rounds = createRounds({ intake, clock }, [{ id: 'A', statusFile, inbox: { kind: 'pull' } }]);
    return {
      ...{
        clock,
        seen,
        round: () => rounds.status('A'),
        write: (text: string) => writeFile(statusFile, text),
      },
      fail: (next: Error | null) => {
        fault = next;
      },
      refuse: (isRefused: boolean) => {
        counts = !isRefused;
      },
    };
  }

  it('does not read a version again that was dealt with, and reads the next one', async () => {
    const { seen, round, write } = await watched();
    await write('{"progress":1}');
    await round();
    await round();
    expect(seen).toEqual(['{"progress":1}']);
    await write('{"progress":22}');
    await round();
    await round();
    expect(seen).toEqual(['{"progress":1}', '{"progress":22}']);
  });

  it('reads it again after a while, since Redis may have lost what came of it', async () => {
    const { clock, seen, round, write } = await watched();
    await write('{}');
    await round();
    clock.aheadMs += 11 * minute;
    await round();
    expect(seen).toHaveLength(2);
  });

  it('reads it again where it was dropped as overtaken', async () => {
    const { seen, round, write, refuse } = await watched();
    await write('{}');
    refuse(true);
    await round();
    refuse(false);
    await round();
    await round();
    expect(seen).toHaveLength(2);
  });

  it('reads it again where it was written a moment ago, or did not get through', async () => {
    const { clock, seen, round, write, fail } = await watched();
    await write('{}');
    fail(new RangeError('away'));
    await expect(round()).rejects.toThrow('away');
    fail(null);
    clock.aheadMs = 0;
    await round();
    await round();
    expect(seen).toHaveLength(3);
  });
});
