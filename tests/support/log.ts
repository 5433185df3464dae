// The NDJSON log of a platform, read as a person with grep would.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const lineSchema = z.looseObject({ msg: z.string().default('') });
export type LogLine = z.infer<typeof lineSchema>;

/** All lines of `<home>/logs/<name>.ndjson` so far. */
export async function logOf(home: string, name = 'swarmline'): Promise<LogLine[]> {
  const text = await readFile(join(home, 'logs', `${name}.ndjson`), 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => lineSchema.parse(JSON.parse(line)));
}

/** The states that were told of a link, in order. */
export function statesOf(lines: readonly LogLine[], link: string): unknown[] {
  return lines.filter((line) => line['link'] === link && 'state' in line).map((line) => line['state']);
}

/** What was said more than `most` times; lines that tell of different links or components are different. */
export function repeated(lines: readonly LogLine[], most: number): readonly string[] {
  const counts = new Map<string, number>();
  for (const { msg, link, component, channel, schedule } of lines) {
    const what = [msg, link, component, channel, schedule].filter(Boolean).join(' ');
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > most).map(([what, count]) => `${count} × ${what}`);
}
