// The four recorded histories, pinned; and read a second time by a tiny reading of the rules that shares no code.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { replay } from '../../src/pipeline/replay.ts';

const folder = join(process.env['SWARMLINE_RECORDED'] ?? '../shared/data', 'status-history');
const files = [1, 3, 5, 7].map((n) => join(folder, `Agent-${n}.jsonl.gz`));
const pinned = {
  agents: 4,
  versions: 856,
  invalid: 37,
  epochs: 274,
  unknown: 59,
  deliveries: { '75': 38, '90': 20, '100': 11 },
};

test('the four histories give the pinned summary', async (ctx) => {
  ctx.skip(!existsSync(folder), `skipped: no recorded histories in ${folder}`);
  const lines: object[] = [];
  await replay(files, (line) => lines.push(line));
  expect(lines.at(-1)).toEqual({ summary: pinned });
  expect(lines).toHaveLength(37 + 38 + 20 + 11 + 1);
});

test('a second reading of the rules gives the same summary, and the same checkpoints one by one', async (ctx) => {
  ctx.skip(!existsSync(folder), `skipped: no recorded histories in ${folder}`);
  const { sum, fired } = readAgain();
  expect(sum).toEqual(pinned);
  const lines: object[] = [];
  await replay(files, (line) => lines.push(line));
  expect(lines.filter((line) => 'checkpoint' in line)).toEqual(fired);
});

const line = z.object({ at: z.number(), raw: z.string().nullable() });
const object = z.record(z.string(), z.unknown());
const list = z.array(z.unknown()).catch([]);
const marks = ['✅', '✔', '☑', '[x]', 'done:', 'complete:', 'completed:'];

function readAgain() {
  const sum = { versions: 0, invalid: 0, epochs: 0, unknown: 0, deliveries: { '75': 0, '90': 0, '100': 0 } };
  const fired: object[] = [];
  for (const file of files) {
    const agent = basename(file, '.jsonl.gz');
    const before = sum.epochs;
    let mission: string | undefined;
    let past: string[] = [];
    let highest = -1;
    for (const text of gunzipSync(readFileSync(file)).toString().trim().split('\n')) {
      const { at, raw } = line.parse(JSON.parse(text));
      if (raw === null) continue;
      sum.versions += 1;
      const status = parse(raw);
      if (!status) {
        sum.invalid += 1;
        continue;
      }
      const texts = (field: string) =>
        list.parse(status[field]).map((e) => z.string().catch(JSON.stringify(e)).parse(e));
      const key = ['mission_id', 'current_mission', 'current_task']
        .map((f) => status[f])
        .find((v) => typeof v === 'string' && v);
      if (mission !== (key ?? 'default')) {
        mission = z.string().parse(key ?? 'default');
        past = texts('completed_tasks');
        highest = -1;
        sum.epochs += 1;
      }
      const percent =
        explicit(status) ??
        listed(
          texts('completed_tasks').filter((t) => !past.includes(t)),
          texts('current_tasks'),
        );
      if (percent === undefined) sum.unknown += 1;
      for (const level of ['75', '90', '100'] as const) {
        const checkpoint = Number(level);
        if (percent === undefined || checkpoint <= highest || percent < checkpoint) continue;
        sum.deliveries[level] += 1;
        fired.push({ agent, at, epoch: sum.epochs - before, mission, checkpoint, percent });
      }
      highest = Math.max(highest, percent ?? -1);
    }
  }
  return { sum: { agents: files.length, ...sum }, fired };
}

function parse(raw: string) {
  try {
    return object.safeParse(JSON.parse(raw)).data;
  } catch {
    return undefined;
  }
}

function explicit(status: Record<string, unknown>): number | undefined {
  for (const field of ['progress', 'progress_percent', 'percentage', 'completion_percentage']) {
    const value = status[field];
    const number =
      typeof value === 'number'
        ? value
        : /^[\d.]+%$/.test(String(value))
          ? Number(String(value).slice(0, -1))
          : -1;
    if (number >= 0 && number <= 100) return Math.floor(number);
  }
  const { tasks_completed: done, tasks_total: all } = status;
  if (!Number.isInteger(done) || !Number.isInteger(all)) return undefined;
  const share = Number(done) / Number(all);
  return share >= 0 && share <= 1 ? Math.floor((100 * Number(done)) / Number(all)) : undefined;
}

function listed(fresh: string[], current: string[]): number | undefined {
  const done = [...fresh, ...current.filter((t) => marks.some((m) => t.trim().toLowerCase().startsWith(m)))];
  const all = new Set([...done, ...current]).size;
  return all === 0 ? undefined : Math.floor((100 * new Set(done).size) / all);
}
