// Finds processes that outlived a test run, also when their parents are gone, they detached themselves or were given
// an environment of their own: each of them lives in the run's temporary folder, or was told of it.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Whether this system lets us look (Linux does). */
export const canLook = process.platform === 'linux';

/** Waits up to `graceMs` for all processes that have to do with `folder` to end; resolves to those that did not. */
export async function survivors(folder, graceMs) {
  const deadline = Date.now() + graceMs;
  for (;;) {
    const left = livingIn(folder);
    if (left.length === 0 || Date.now() > deadline) return left;
    await delay(100);
  }
}

function livingIn(folder) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
        // Redis writes its title over its arguments and environment; where it stands remains.
        const traces = [
          command,
          readFileSync(`/proc/${pid}/environ`, 'latin1'),
          readlinkSync(`/proc/${pid}/cwd`),
        ];
        if (!traces.some((trace) => trace.includes(folder))) return [];
        return [{ pid: Number(pid), command: command.replaceAll('\0', ' ').trim().slice(0, 100) }];
      } catch {
        return []; // it ended meanwhile, or it is another user's and so not ours
      }
    });
}
