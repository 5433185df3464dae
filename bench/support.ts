// What the benches share: medians, a plain table, a folder that goes away, a program under measurement.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  if (low === undefined || high === undefined) throw new Error('there is no median of nothing');
  return (low + high) / 2;
}

/** Rows as aligned columns: the first to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}

export async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'swarmline-bench-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** A Node program under measurement: what it printed, and its end. */
export class Program {
  output = '';
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly #child: ChildProcess;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv) {
    const child = spawn(process.execPath, [...args], { env: { PATH: process.env['PATH'], ...env } });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes) => {
        this.output += String(bytes);
        child.emit('said');
      });
    }
    this.ended = once(child, 'close').then(([code, signal]) => code ?? signal);
    this.#child = child;
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the program did not start');
    return this.#child.pid;
  }

  /** Resolves when it has printed this. @throws when it ends instead */
  async says(text: string): Promise<void> {
    while (!this.output.includes(text)) {
      const end = await Promise.race([once(this.#child, 'said').then(() => null), this.ended]);
      if (end !== null) throw new Error(`it ended with ${end} instead of saying ${text}:\n${this.output}`);
    }
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.ended;
  }
}

/** Does `work` for each, `width` at a time. */
export async function inFlight<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const lane = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: width }, lane));
}

/**
 * Begins each at its time, `perSecond` of them, but never more than `most` at once: what cannot keep up is slower, and does
 * not drown. `due`: as `performance.now`, ms.
 */
export async function paced<T>(
  items: readonly T[],
  { perSecond, most }: { readonly perSecond: number; readonly most: number },
  work: (item: T, due: number) => Promise<void>,
): Promise<void> {
  const from = performance.now();
  let [begun, over] = [0, 0];
  let fault: { readonly thrown: unknown } | undefined;
  // Nothing is kept of what is over: the collector would carry it along, and that would be told as a cost of the work.
  const begin = async (item: T) => {
    const due = from + (begun * 1_000) / perSecond;
    begun += 1;
    try {
      await work(item, due);
    } catch (thrown) {
      fault ??= { thrown };
    }
    over += 1;
  };
  while (over < items.length) {
    const due = Math.floor(((performance.now() - from) * perSecond) / 1_000);
    for (const item of items.slice(begun, Math.min(due, over + most))) void begin(item);
    await setTimeout(1);
  }
  if (fault) throw fault.thrown;
}

/**
 * CPU time that a process and those of its group have taken so far, all threads together, µs. Source: proc(5), fields 5,
 * 14 and 15 of stat, at 100 Hz. RabbitMQ's first process is a shell, its work is done by another of the group.
 */
export async function cpuMicros(pid: number): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((name) => readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')));
  return sum(
    stats.map((stat) => {
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const own = stat.startsWith(`${pid} `) || fields[2] === String(pid);
      return own ? (Number(fields[11]) + Number(fields[12])) * 10_000 : 0;
    }),
  );
}

/** One measured piece of work. */
export interface Cost {
  readonly perSecond: number;
  /** CPU of this process per operation, µs. */
  readonly nodeMicros: number;
  /** CPU of the servers per operation, µs. */
  readonly serverMicros: number;
}

/** Measures `work`, which does `count` operations. */
export async function costOf(
  count: number,
  serverPids: readonly number[],
  work: () => Promise<void>,
): Promise<Cost> {
  const servers = async () => sum(await Promise.all(serverPids.map(cpuMicros)));
  const [before, own, from] = [await servers(), process.cpuUsage(), performance.now()];
  await work();
  const seconds = (performance.now() - from) / 1_000;
  const { user, system } = process.cpuUsage(own);
  return {
    perSecond: count / seconds,
    nodeMicros: (user + system) / count,
    serverMicros: ((await servers()) - before) / count,
  };
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
