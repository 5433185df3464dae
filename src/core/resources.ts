// What processes use, from /proc and perf_hooks. Numbers that cannot be measured on a system are absent, never zero.
// /proc/PID/stat: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html (14 utime, 15 stime, 22 starttime, in ticks)
import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from './clock.ts';

const stallSeconds = 1;

// Fixed on every Linux that Node runs on: sysconf(_SC_CLK_TCK); the page size is read from VmRSS instead.
const ticksPerSecond = 100;

/** One look at one process. */
export interface ProcessUse {
  readonly pid: number;
  readonly parent: number;
  /** Its program and arguments, without folders. */
  readonly command: string;
  /** CPU time since its start, s. */
  readonly cpuSeconds: number;
  /** How long it has lived, s. */
  readonly ageSeconds: number;
  readonly rssBytes: number;
  /** Open file descriptors; absent where it belongs to somebody else. */
  readonly handles?: number;
}

/** Null when there is no such process, or no /proc. */
export async function lookAtProcess(pid: number): Promise<ProcessUse | null> {
  try {
    const [stat, status, uptime, line] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/status`, 'utf8'),
      readFile('/proc/uptime', 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ]);
    const handles = await readdir(`/proc/${pid}/fd`).then(
      (names) => names.length,
      () => undefined,
    );
    // The command in field 2 may hold spaces and brackets; the fields after it are plain, and begin with field 3.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = (field: number) => Number(fields[field - 3]) / ticksPerSecond;
    return {
      pid,
      parent: Number(fields[1]),
      command: line.split('\0').filter(Boolean).map(baseOf).join(' ') || '?',
      cpuSeconds: ticks(14) + ticks(15),
      ageSeconds: Number(uptime.split(' ')[0]) - ticks(22),
      rssBytes: Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1_024,
      ...(handles === undefined ? {} : { handles }),
    };
  } catch {
    return null;
  }
}

// Of a path its last part says enough.
function baseOf(word: string): string {
  return word.startsWith('/') ? basename(word) : word;
}

/** A process and all that it started, itself first; empty where there is no /proc. */
export async function familyOf(pid: number): Promise<ProcessUse[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const all = (await Promise.all(pids.map(lookAtProcess))).filter((use) => use !== null);
  const under = (parent: ProcessUse): ProcessUse[] => [
    parent,
    ...all.filter((use) => use.parent === parent.pid).flatMap(under),
  ];
  return all.filter((use) => use.pid === pid).flatMap(under);
}

/** A process and those under it, added up; null when there is no such process. Looks at no other process. */
export async function lookAtFamily(pid: number): Promise<ProcessUse | null> {
  const head = await lookAtProcess(pid);
  if (!head) return null;
  const under = await Promise.all((await childrenOf(pid)).map(lookAtFamily));
  return under.filter((use) => use !== null).reduce(added, head);
}

function added(head: ProcessUse, { cpuSeconds, rssBytes, handles = 0 }: ProcessUse): ProcessUse {
  return {
    ...head,
    cpuSeconds: head.cpuSeconds + cpuSeconds,
    rssBytes: head.rssBytes + rssBytes,
    ...(head.handles === undefined ? {} : { handles: head.handles + handles }),
  };
}

// Each thread has children of its own: https://man7.org/linux/man-pages/man5/proc_tid_children.5.html
async function childrenOf(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const texts = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '')),
  );
  return texts.flatMap((text) => text.split(' ').filter(Boolean).map(Number));
}

/** Makes CPU times into shares of one core: each look is compared with the one before. */
export class CpuShares {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #before = new Map<number, { readonly cpuSeconds: number; readonly at: number }>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Since the last look at this process; at the first, over its whole life. */
  shareOf({ pid, cpuSeconds, ageSeconds }: ProcessUse): number {
    const at = this.#clock.now() / 1_000;
    const before = this.#before.get(pid) ?? { cpuSeconds: 0, at: at - ageSeconds };
    this.#before.set(pid, { cpuSeconds, at });
    return Math.max(0, (cpuSeconds - before.cpuSeconds) / Math.max(0.001, at - before.at));
  }
}

/** What the last interval took. The shape of a row of the process view. */
export interface Usage {
  readonly name: string;
  readonly pid: number;
  /** Share of one core in the last interval. */
  readonly cpu: number;
  readonly rssBytes: number;
  /** 99th percentile of the event loop's delay, or its longest where that was above 1 s, s; of this process alone. */
  readonly loopDelaySeconds?: number;
  readonly handles?: number;
}

export interface WatchedProcess {
  readonly name: string;
  /** Undefined while it does not run. */
  readonly pid: () => number | undefined;
}

/** Measures this process and its children over intervals; `sample` ends one and begins the next. */
export class ResourceMeter {
  readonly #watched: readonly WatchedProcess[];
  readonly #loop: IntervalHistogram = monitorEventLoopDelay({ resolution: 10 });
  readonly #shares: CpuShares;
  #latest: readonly Usage[] = [];

  constructor(deps: { readonly clock: Clock }, watched: readonly WatchedProcess[]) {
    this.#shares = new CpuShares(deps.clock);
    this.#watched = watched;
    this.#loop.enable();
  }

  /** Of the last whole interval; empty before the first has ended. */
  get latest(): readonly Usage[] {
    return this.#latest;
  }

  async sample(): Promise<readonly Usage[]> {
    const loopDelaySeconds = this.#loopDelay();
    this.#loop.reset();
    const rows = this.#watched.map(async ({ name, pid }): Promise<Usage[]> => {
      const id = pid();
      const use = id === undefined ? null : await lookAtProcess(id);
      if (!use) return [];
      return [
        {
          name,
          pid: use.pid,
          cpu: this.#shares.shareOf(use),
          rssBytes: use.rssBytes,
          ...(use.pid === process.pid ? { loopDelaySeconds } : {}),
          ...(use.handles === undefined ? {} : { handles: use.handles }),
        },
      ];
    });
    this.#latest = (await Promise.all(rows)).flat();
    return this.#latest;
  }

  stop(): void {
    this.#loop.disable();
  }

  #loopDelay(): number {
    // Histogram values are ns; a delay is what comes on top of the resolution.
    const toSeconds = (ns: number) => Math.max(0, ns / 1e9 - 0.01);
    const longest = toSeconds(this.#loop.max);
    // A stall is one value among hundreds, so the percentile hides the very one that costs locks.
    return longest > stallSeconds ? longest : toSeconds(this.#loop.percentile(99));
  }
}
