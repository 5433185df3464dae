// `swarmline logs`: the log files of this home, in order of time; with --follow also what comes, across rotations.
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { z } from 'zod';
import { systemClock } from '../../core/clock.ts';
import { plainText } from '../../core/text.ts';
import { type ExitCode, exitCodes, type Io } from '../io.ts';
import { wantsColour } from '../terminal.ts';
import { whereabouts } from '../whereabouts.ts';

export interface LogsOptions {
  readonly follow: boolean;
  /** How many of the last lines. */
  readonly lines: number;
  /** Only this level and above. */
  readonly level: keyof typeof levels;
  readonly json: boolean;
}

/** pino's numbers. */
export const levels = { debug: 20, info: 30, warn: 40, error: 50 } as const;

const lineSchema = z.looseObject({ level: z.number(), time: z.string(), msg: z.string().default('') });
type Line = z.infer<typeof lineSchema> & { readonly raw: string };

const lastBytes = 4_194_304;
const followEveryMs = 250;

/** Exit code 0; 1 when there is no log. */
export async function logs(options: LogsOptions, io: Io): Promise<ExitCode> {
  const folder = join((await whereabouts(io)).home, 'logs');
  const tails = new Map<string, Tail>();
  const first = await readAll(folder, tails);
  if (tails.size === 0) {
    io.stderr.write(`there is no log in ${folder}\n`);
    return exitCodes.failed;
  }
  const show = (lines: readonly Line[]) => {
    const colour = wantsColour(io);
    for (const line of lines) io.stdout.write(`${options.json ? line.raw : render(line, colour)}\n`);
  };
  const wanted = ({ level }: Line) => level >= levels[options.level];
  show(first.filter(wanted).slice(-options.lines));
  while (options.follow && !io.stopped.aborted) {
    await systemClock.sleep(followEveryMs, io.stopped).catch(() => undefined);
    show((await readAll(folder, tails)).filter(wanted));
  }
  return exitCodes.ok;
}

interface Tail {
  /** The file itself, not its name: a rotation puts another one there. */
  readonly ino: number;
  offset: number;
  rest: string;
}

/** What all files have that was not read yet, oldest first. */
async function readAll(folder: string, tails: Map<string, Tail>): Promise<Line[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.ndjson'));
  const texts = await Promise.all(names.map((name) => readOn(join(folder, name), tails)));
  return texts
    .flatMap((text) => text.split('\n').flatMap(toLine))
    .toSorted((a, b) => (a.time < b.time ? -1 : 1));
}

async function readOn(path: string, tails: Map<string, Tail>): Promise<string> {
  const { ino, size } = await stat(path);
  let tail = tails.get(path);
  if (!tail || tail.ino !== ino || size < tail.offset) {
    tail = { ino, offset: tails.has(path) ? 0 : Math.max(0, size - lastBytes), rest: '' };
    tails.set(path, tail);
  }
  if (size === tail.offset) return '';
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(size - tail.offset),
      0,
      size - tail.offset,
      tail.offset,
    );
    tail.offset += bytesRead;
    // The last line may be half written; the half waits for its other half.
    const text = tail.rest + buffer.toString('utf8', 0, bytesRead);
    const end = text.lastIndexOf('\n') + 1;
    tail.rest = text.slice(end);
    return text.slice(0, end);
  } finally {
    await file.close();
  }
}

function toLine(raw: string): Line[] {
  if (raw === '') return [];
  try {
    return [{ ...lineSchema.parse(JSON.parse(raw)), raw }];
  } catch {
    return [];
  }
}

const tints = [
  [50, 'red'],
  [40, 'yellow'],
  [30, 'green'],
] as const;

function render({ raw: _, level, time, msg, pid: __, ...fields }: Line, colour: boolean): string {
  const name = Object.entries(levels).findLast(([, number]) => level >= number)?.[0] ?? 'debug';
  const tint = tints.find(([number]) => level >= number)?.[1] ?? 'dim';
  const word = colour ? styleText(tint, name.padEnd(5), { validateStream: false }) : name.padEnd(5);
  const rest = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${plainText(time, 40)} ${word} ${plainText([msg, ...rest].join('  '), 2_000)}`;
}
