// P19: the sweep over many status files of which few have changed, again and again: its cost, and the memory it leaves.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openPipeline } from './pipeline-subject.ts';
import { inFlight, median } from './support.ts';

export interface Sweeps {
  readonly first: Sweep;
  /** Median of the others. */
  readonly later: Sweep;
  /** Heap after a collection, MB: after the first fifth of the sweeps, and after the last. */
  readonly heap: readonly [number, number];
}

export interface SweepOptions {
  readonly agents: number;
  readonly sweeps: number;
  /** Files that change before each sweep. */
  readonly changed: number;
  /** Whether those that are silent are found, and nudged. */
  readonly watched: boolean;
}

export interface Sweep {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Calls to the system that read: of files, and of what Redis answers. */
  readonly reads: number;
}

export async function measureSweeps(
  url: string,
  folder: string,
  { agents: count, sweeps, changed, watched }: SweepOptions,
): Promise<Sweeps> {
  const agents = Array.from({ length: count }, (_, at) => {
    const home = join(folder, 'agents', String(at));
    return { id: `Agent-${at}`, statusFile: join(home, 'status.json'), inbox: join(home, 'inbox') };
  });
  const write = async (at: number, progress: number) => {
    const path = agents[at]?.statusFile ?? '';
    await writeFile(path, JSON.stringify({ current_mission: `mission of ${at}`, progress }));
  };
  await inFlight([...agents.keys()], 50, async (at) => {
    // As the watcher does.
    await mkdir(join(folder, 'agents', String(at), 'inbox', 'done'), { recursive: true });
    await write(at, 1);
  });
  const subject = openPipeline(url, agents, { watched });
  const costs: Sweep[] = [];
  const heaps: number[] = [];
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    // Below the first checkpoint: what gas costs is measured beside it.
    for (let one = 0; one < changed; one += 1) await write((sweep * changed + one) % count, 2 + (sweep % 70));
    costs.push(await costOfOne(() => subject.pipeline.work.sweep()));
    subject.advance(60_000);
    globalThis.gc?.();
    heaps.push(process.memoryUsage().heapUsed / 1_048_576);
  }
  subject.close();
  const [first = { wallMs: 0, cpuMs: 0, reads: 0 }, ...later] = costs;
  return {
    first,
    later: {
      wallMs: median(later.map(({ wallMs }) => wallMs)),
      cpuMs: median(later.map(({ cpuMs }) => cpuMs)),
      reads: median(later.map(({ reads }) => reads)),
    },
    heap: [heaps[Math.floor(sweeps / 5)] ?? 0, heaps.at(-1) ?? 0],
  };
}

async function costOfOne(work: () => Promise<unknown>): Promise<Sweep> {
  const [readsBefore, from, cpu] = [await readCalls(), performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  const wallMs = performance.now() - from;
  return { wallMs, cpuMs: (user + system) / 1_000, reads: (await readCalls()) - readsBefore };
}

/** Source: proc(5), syscr of io. */
async function readCalls(): Promise<number> {
  return Number(/syscr: (\d+)/.exec(await readFile('/proc/self/io', 'utf8'))?.[1]);
}
