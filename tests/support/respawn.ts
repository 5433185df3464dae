// Processes of a test that are started anew whenever they die, as a supervisor of the system would. Who kills them is not
// decided here.
import type { ChildProcess } from 'node:child_process';
import { onTestFinished } from 'vitest';

export interface Kept {
  /** Processes that have ended so far. */
  readonly deaths: number;
}

/** Keeps so many running until the present test is over. @param start makes one, and listens to it */
export function keepRunning(count: number, start: () => ChildProcess): Kept {
  const children = new Set<ChildProcess>();
  const kept = { deaths: 0 };
  let isOver = false;
  const open = () => {
    const child = start();
    children.add(child);
    child.once('exit', () => {
      children.delete(child);
      kept.deaths += 1;
      if (!isOver) open();
    });
  };
  for (let i = 0; i < count; i += 1) open();
  onTestFinished(() => {
    isOver = true;
    for (const child of children) child.kill('SIGKILL');
  });
  return kept;
}
