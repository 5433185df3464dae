// Signals to a process group, which is how a program and all that it started are asked to end.

/** Signals the group led by `leader`; false when there is none (any more). Signal 0 only looks. */
export function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal);
  } catch {
    return false;
  }
}
