// `swarmline ps`: every process of this home, with what it uses. Asks the system, not the platform: it works when that hangs.
import { join } from 'node:path';
import { readRunNotes } from '../../app/pid-lock.ts';
import { familyOf, type ProcessUse } from '../../core/resources.ts';
import { plainText } from '../../core/text.ts';
import { runningServer } from '../../core/servers/index.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';
import { whereabouts } from '../whereabouts.ts';

interface Row {
  readonly pid: number;
  readonly what: string;
  readonly ageSeconds: number;
  /** Share of one core over its whole life. */
  readonly cpu: number;
  readonly rssBytes: number;
  readonly handles: number | null;
}

/** Exit code 0 when something runs, 1 when nothing does. */
export async function ps(options: { readonly json: boolean }, io: Io): Promise<ExitCode> {
  const { home } = await whereabouts(io);
  const rows = await rowsOf(home);
  if (options.json) io.stdout.write(`${JSON.stringify(rows)}\n`);
  else if (rows.length === 0) io.stdout.write(`nothing runs on ${home}\n`);
  else io.stdout.write(table(rows));
  return rows.length > 0 ? exitCodes.ok : exitCodes.failed;
}

async function rowsOf(home: string): Promise<Row[]> {
  const notes = (await readRunNotes(join(home, 'run'))).filter(({ alive }) => alive);
  const servers = await Promise.all(
    ['redis-server', 'rabbitmq-server', 'demo-world'].map(async (name) => ({
      what: name,
      pid: await runningServer(join(home, name)),
    })),
  );
  const heads = [
    ...notes.map(({ pid, roles }) => ({ what: `swarmline: ${roles.join(', ')}`, pid })),
    ...servers.flatMap(({ what, pid }) => (pid === null ? [] : [{ what, pid }])),
  ];
  const seen = new Set<number>();
  const rows: Row[] = [];
  // Servers outlive the platform that started them, so they are heads of their own and no family of it.
  const own = new Set(heads.map(({ pid }) => pid));
  for (const { what, pid } of heads) {
    for (const use of await familyOf(pid)) {
      if (seen.has(use.pid) || (use.pid !== pid && own.has(use.pid))) continue;
      seen.add(use.pid);
      rows.push(rowOf(use, use.pid === pid ? what : plainText(`  of ${pid}: ${use.command}`, 70)));
    }
  }
  return rows;
}

function rowOf({ pid, ageSeconds, cpuSeconds, rssBytes, handles }: ProcessUse, what: string): Row {
  const cpu = cpuSeconds / Math.max(0.01, ageSeconds);
  return { pid, what, ageSeconds, cpu, rssBytes, handles: handles ?? null };
}

function table(rows: readonly Row[]): string {
  const cells = rows.map(({ pid, ageSeconds, cpu, rssBytes, handles, what }) => [
    String(pid),
    age(ageSeconds),
    `${(100 * cpu).toFixed(1)} %`,
    `${Math.round(rssBytes / 1_048_576)} MB`,
    handles === null ? '?' : String(handles),
    what,
  ]);
  const all = [['pid', 'up', 'cpu', 'memory', 'handles', 'what'], ...cells];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column < 5 ? cell.padStart(widths[column] ?? 0) : cell)).join('  ');
  return `${all.map(line).join('\n')}\n`;
}

function age(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
}
