// Takes the CPU away from a process: by busy neighbours, or by stopping it again and again.
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { Child } from './child.ts';

/** Busy loops beside the process, for so long. Resolves when they have ended. */
export async function busyNeighbours(count: number, ms: number): Promise<void> {
  const loops = Array.from(
    { length: count },
    () => new Child({ program: 'sh', args: ['-c', 'while :; do :; done'], env: {} }),
  );
  const end = () => Promise.all(loops.map((loop) => loop.kill()));
  onTestFinished(async () => void (await end()));
  await delay(ms);
  await end();
}

/** Stops a process for each of these times, ms, and lets it run for `runMs` after each. */
export async function stutter(pid: number, stopsMs: readonly number[], runMs: number): Promise<void> {
  onTestFinished(() => resume(pid));
  for (const stopMs of stopsMs) {
    process.kill(pid, 'SIGSTOP');
    await delay(stopMs);
    process.kill(pid, 'SIGCONT');
    await delay(runMs);
  }
}

function resume(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // it has ended meanwhile
  }
}
