// Watches the files of a configuration. What is watched is the folder of each, since editors, `mv` and Kubernetes'
// symlinks replace files instead of writing into them; and since file events get lost (network mounts, containers),
// a slow look at the files themselves finds what no event told.
import { watch } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../clock.ts';

export interface WatchOptions {
  readonly clock: Clock;
  /** Files and folders, asked for at each look; also those that are not there yet. Events come of those of the first look. */
  readonly paths: () => readonly string[];
  /** Told after things came to rest. The next change waits until it has resolved. */
  readonly onChange: () => Promise<void>;
  /** Rest that ends a burst of events, ms; default 200. */
  readonly restMs?: number;
  /** Between two looks without an event, ms; default 5,000. */
  readonly sweepMs?: number;
}

/** Begins to watch; resolves to how to stop, which waits for an `onChange` under way. */
export async function watchFiles(options: WatchOptions): Promise<() => Promise<void>> {
  const { clock, paths, onChange, restMs = 200, sweepMs = 5_000 } = options;
  const stop = new AbortController();
  let stirred = newSignal();
  let before = await lookAt(paths());
  const watchers = [...new Set(paths().flatMap((path) => [dirname(path), path]))].flatMap((folder) =>
    watchFolder(folder, () => stirred.fire()),
  );
  const run = async () => {
    while (!stop.signal.aborted) {
      // A folder in which others write is stirred all the time; the sleep that it cut short must not live on.
      const nap = new AbortController();
      const asleep = clock.sleep(sweepMs, AbortSignal.any([stop.signal, nap.signal]));
      await Promise.race([stirred.fired, asleep.catch(() => undefined)]);
      nap.abort();
      if (stop.signal.aborted) return;
      stirred = newSignal();
      let now = await lookAt(paths());
      if (now === before) continue;
      // Until two looks in a row are alike: a file that is still being written is not read.
      for (let last = ''; last !== now && !stop.signal.aborted; ) {
        last = now;
        await clock.sleep(restMs, stop.signal).catch(() => undefined);
        now = await lookAt(paths());
      }
      before = now;
      if (!stop.signal.aborted) await onChange();
    }
  };
  const running = run();
  return async () => {
    stop.abort();
    for (const watcher of watchers) watcher.close();
    await running;
  };
}

/** What distinguishes one content of a file from the next: where its links lead, when and how much was written. */
async function lookAt(paths: readonly string[]): Promise<string> {
  const looks = paths.map(async (path) => {
    try {
      const real = await realpath(path);
      const { mtimeMs, size, ino } = await stat(real);
      return `${real} ${mtimeMs} ${size} ${ino}`;
    } catch {
      return `${path} is not there`;
    }
  });
  return (await Promise.all(looks)).join('\n');
}

function watchFolder(folder: string, onEvent: () => void) {
  try {
    // A folder that goes away is no fault: the sweep goes on looking.
    return [watch(folder, { persistent: false }, onEvent).on('error', () => undefined)];
  } catch {
    return [];
  }
}

function newSignal() {
  let fire = () => {};
  const fired = new Promise<void>((resolve) => {
    fire = resolve;
  });
  return { fired, fire: () => fire() };
}
